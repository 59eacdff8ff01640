"""Who gets in: a token that Django signed for this service, or a session handle that Django confirms."""

import base64
import json
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.api.service import Service, running, text_page

PATH = "/api/images/info"


def ask(service: Service, token: str) -> int:
    answer = service.http.get(PATH, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 401:
        assert answer.json()["code"] == "unauthorized"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    return answer.status_code


def unsigned(algorithm: str, service: Service) -> str:
    """The parts of a good token under another header, without a signature."""
    payload = service.django.token().split(".")[1]
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT", "kid": "first"}).encode())
    return f"{header.decode().rstrip('=')}.{payload}."


def test_it_works(service: Service) -> None:
    assert ask(service, service.django.token()) == 200


def test_without_token(service: Service) -> None:
    answer = service.http.post("/api/images/binarize", files={"file": text_page(40, 40)})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="recto"'


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"sub": None},
        {"sub": 7},
        {"token_type": "refresh"},
        {"token_type": None},
        {"nbf": int(time.time()) + 10 * 24 * 3600},
        {"file": 5},
        {"file": "a.png", "url": 5},
        {"file": "a.png", "frame": -1},
        {"file": "a.png", "frame": "0"},
    ],
)
def test_claims_that_do_not_count(service: Service, claims: dict[str, object]) -> None:
    assert ask(service, service.django.token(**claims)) == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES256", "RS256"])
def test_no_signature(service: Service, algorithm: str) -> None:
    assert ask(service, unsigned(algorithm, service)) == 401


def test_public_key_as_hmac_secret(service: Service) -> None:
    public = service.django.keys["first"].public_key()
    secret = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (
            {"alg": "HS256", "typ": "JWT", "kid": "first"},
            jwt.decode(service.django.token(), options={"verify_signature": False}),
        )
    )
    signature = jwt.algorithms.HMACAlgorithm("SHA256").sign(header + b"." + payload, secret)
    token = b".".join((header, payload, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()
    assert ask(service, token) == 401


def test_another_key_under_a_known_id(service: Service) -> None:
    forged = ec.generate_private_key(ec.SECP256R1())
    payload = jwt.decode(service.django.token(), options={"verify_signature": False})
    assert ask(service, jwt.encode(payload, forged, "ES256", headers={"kid": "first"})) == 401


def test_without_key_id(service: Service) -> None:
    payload = jwt.decode(service.django.token(), options={"verify_signature": False})
    assert ask(service, jwt.encode(payload, service.django.keys["first"], "ES256")) == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "." * 2000])
def test_garbage(service: Service, token: str) -> None:
    answer = service.http.get(PATH, headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401


def test_token_in_the_url_does_not_count(service: Service) -> None:
    assert service.http.get(PATH, params={"token": service.django.token()}).status_code == 401


def test_new_key_is_fetched(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(media) as service:
        assert ask(service, service.django.token()) == 200
        service.django.keys["second"] = ec.generate_private_key(ec.SECP256R1())
        monkeypatch.setattr("fastapi_app.auth.RETRY_SECONDS", 0.0)
        assert ask(service, service.django.token(kid="second")) == 200
        assert ask(service, service.django.token(kid="first")) == 200


def test_invented_key_ids_do_not_make_us_ask(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi_app.auth.RETRY_SECONDS", 3600.0)
    with running(media) as service:
        assert ask(service, service.django.token()) == 200
        strange = ec.generate_private_key(ec.SECP256R1())
        payload = jwt.decode(service.django.token(), options={"verify_signature": False})
        for number in range(20):
            assert ask(service, jwt.encode(payload, strange, "ES256", headers={"kid": f"k{number}"})) == 401
        assert service.django.asked == 1


def test_known_keys_outlive_django(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi_app.auth.REFRESH_SECONDS", 0.0)
    with running(media) as service:
        assert ask(service, service.django.token()) == 200
        service.django.up = False
        assert ask(service, service.django.token()) == 200


def test_django_down_from_the_start(media: Path) -> None:
    with running(media) as service:
        service.django.up = False
        answer = service.http.get(PATH, headers=service.headers())
        assert answer.status_code == 503
        assert answer.json()["code"] == "auth_unavailable"
        assert answer.headers["retry-after"]
        session = service.http.get(PATH, headers={"X-Session-Token": "handle-of:alice"})
        assert session.status_code == 503


def test_session_handle(service: Service) -> None:
    assert service.http.get(PATH, headers={"X-Session-Token": "handle-of:alice"}).status_code == 200


@pytest.mark.parametrize("handle", ["handle-of:bob", "../../healthz", "?a=b", "x" * 3000])
def test_session_handle_of_nobody(service: Service, handle: str) -> None:
    assert service.http.get(PATH, headers={"X-Session-Token": handle}).status_code == 401
