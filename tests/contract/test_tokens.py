"""What Django signs, FastAPI accepts; what anybody else made, it refuses."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.test import Client

from django_app.users import tokens
from tests.conftest import write_key


def ask(engine: str, token: Any, path: str = "/api/images/info", method: str = "GET") -> requests.Response:
    return requests.request(method, engine + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def payload_of(token: Any) -> dict[str, Any]:
    return jwt.decode(str(token), options={"verify_signature": False})


@pytest.fixture
def resigned(alice: Any, signing_key_file: Path) -> Callable[..., str]:
    """A token of alice with other claims, properly signed."""
    key = load_pem_private_key(signing_key_file.read_bytes(), None)

    def sign(**claims: Any) -> str:
        payload = payload_of(tokens.access_for(alice)) | claims
        present = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(present, key, "ES256", {"kid": tokens.jwks()["keys"][0]["kid"]})

    return sign


def test_it_works(engine: str, alice: Any) -> None:
    assert ask(engine, tokens.access_for(alice)).status_code == 200


def test_a_programs_token_works_on_both_sides(engine: str, client: Client, alice: Any) -> None:
    credentials = {"username": "alice", "password": "alice-password"}
    access = client.post("/api/token/", credentials, "application/json").json()["access"]
    assert ask(engine, access).status_code == 200
    assert client.get("/api/projects/", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def test_a_capability_names_its_page(engine: str, as_bob: Client, page: Any) -> None:
    access = as_bob.get(f"/api/get-fastapi-token?page={page.pk}").json()["access"]
    answer = ask(engine, access, "/api/images/auto-process", "POST")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"


def test_no_token(engine: str) -> None:
    refused(requests.get(f"{engine}/api/images/info", timeout=10))


def refused(answer: requests.Response) -> None:
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthorized"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": None},
        {"iss": "other"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"token_type": "refresh"},
    ],
)
def test_other_claims(engine: str, resigned: Callable[..., str], claims: dict[str, Any]) -> None:
    assert ask(engine, resigned()).status_code == 200
    refused(ask(engine, resigned(**claims)))


def test_expired(engine: str, alice: Any) -> None:
    token = tokens.access_for(alice)
    token.set_exp(lifetime=-timedelta(minutes=1))
    refused(ask(engine, token))


def test_a_refresh_token_is_no_ticket(engine: str, alice: Any) -> None:
    refused(ask(engine, tokens.RefreshToken.for_user(alice)))


def test_alg_none(engine: str, alice: Any) -> None:
    kid = tokens.jwks()["keys"][0]["kid"]
    refused(ask(engine, jwt.encode(payload_of(tokens.access_for(alice)), None, "none", {"kid": kid})))


def test_public_key_as_hmac_secret(engine: str, alice: Any) -> None:
    public = tokens.signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = tokens.jwks()["keys"][0]["kid"]
    header = {"alg": "HS256", "typ": "JWT", "kid": kid}
    refused(ask(engine, hmac_token(header, payload_of(tokens.access_for(alice)), public)))


def hmac_token(header: dict[str, str], payload: dict[str, Any], secret: bytes) -> str:
    """By hand: PyJWT refuses to help with this."""
    signed = b".".join(part(json.dumps(each).encode()) for each in (header, payload))
    return (signed + b"." + part(hmac.new(secret, signed, hashlib.sha256).digest())).decode()


def part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def test_a_strangers_key(engine: str, alice: Any, tmp_path: Path) -> None:
    key = load_pem_private_key(write_key(tmp_path / "other.pem").read_bytes(), None)
    payload = payload_of(tokens.access_for(alice))
    for kid in (tokens.jwks()["keys"][0]["kid"], "unknown"):
        refused(ask(engine, jwt.encode(payload, key, "ES256", {"kid": kid})))


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "originals/../../secret", "originals/none.png", ""])
def test_a_file_that_is_not_there(engine: str, alice: Any, media_root: Path, key: str) -> None:
    (media_root.parent / "secret").write_bytes(b"secret")
    answer = ask(engine, tokens.access_for(alice, key=key), "/api/images/auto-process", "POST")
    assert answer.status_code == 404
    assert str(media_root) not in answer.text
