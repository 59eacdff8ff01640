from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.core import signing
from django.test import Client

from django_app.users import tokens
from tests.conftest import write_key

CREDENTIALS = {"username": "alice", "password": "alice-password"}
JSON = "application/json"


@pytest.fixture
def pair(client: Client, alice: Any) -> dict[str, str]:
    return client.post("/api/token/", CREDENTIALS, JSON).json()


def bearer(token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_it_works(client: Client, pair: dict[str, str], project: Any) -> None:
    assert pair.keys() == {"access", "refresh"}
    answer = client.get("/api/projects/", headers=bearer(pair["access"]))
    assert answer.json()["count"] == 1


def test_claims(client: Client, pair: dict[str, str], alice: Any) -> None:
    payload = claims(pair["access"])
    assert (payload["iss"], payload["aud"], payload["sub"]) == ("recto", "fastapi", str(alice.pk))
    assert payload["exp"] - payload["iat"] == 300
    assert payload["token_type"] == "access"
    assert payload["jti"]
    assert "file" not in payload
    header = jwt.get_unverified_header(pair["access"])
    assert (header["alg"], header["kid"]) == ("ES256", client.get("/.well-known/jwks.json").json()["keys"][0]["kid"])


@pytest.mark.parametrize("bad", [{"password": "wrong"}, {"username": "nobody"}])
def test_wrong_password(client: Client, alice: Any, bad: dict[str, str]) -> None:
    answer = client.post("/api/token/", CREDENTIALS | bad, JSON)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_bad_input(client: Client, db: None) -> None:
    for bad in ({}, {"username": "alice"}, [], {"username": ["x"], "password": {}}):
        assert client.post("/api/token/", bad, JSON).status_code == 422


def test_refresh(client: Client, pair: dict[str, str], alice: Any) -> None:
    answer = client.post("/api/token/refresh/", {"refresh": pair["refresh"]}, JSON)
    assert claims(answer.json()["access"])["sub"] == str(alice.pk)
    assert claims(answer.json()["access"])["aud"] == "fastapi"


def test_an_access_token_does_not_refresh(client: Client, pair: dict[str, str]) -> None:
    assert client.post("/api/token/refresh/", {"refresh": pair["access"]}, JSON).status_code == 401
    assert client.get("/api/projects/", headers=bearer(pair["refresh"])).status_code == 401


def test_refresh_dies_with_the_password(client: Client, pair: dict[str, str], alice: Any) -> None:
    alice.set_password("another one")
    alice.save()
    assert client.post("/api/token/refresh/", {"refresh": pair["refresh"]}, JSON).status_code == 401


def test_refresh_dies_with_the_user(client: Client, pair: dict[str, str], alice: Any) -> None:
    alice.is_active = False
    alice.save()
    assert client.post("/api/token/refresh/", {"refresh": pair["refresh"]}, JSON).status_code == 401
    assert client.get("/api/projects/", headers=bearer(pair["access"])).status_code == 401


def test_capability_for_a_page(as_bob: Client, page: Any, bob: Any) -> None:
    answer = as_bob.get(f"/api/get-fastapi-token?page={page.pk}")
    assert answer.json()["expires_in"] == 300
    payload = claims(answer.json()["access"])
    assert (payload["sub"], payload["file"], payload["frame"]) == (str(bob.pk), page.current.key, 0)
    assert answer["Cache-Control"] == "no-store"


def test_capability_without_a_page(as_bob: Client) -> None:
    assert "file" not in claims(as_bob.get("/api/get-fastapi-token").json()["access"])


def test_capability_for_a_version(as_bob: Client, page: Any, derived: Any) -> None:
    answer = as_bob.get(f"/api/get-fastapi-token?page={page.pk}&version={page.original.pk}")
    assert claims(answer.json()["access"])["file"] == page.original.key


def test_no_capability_for_a_stranger(as_charlie: Client, page: Any) -> None:
    for bad in (page.pk, "x", 10**30):
        assert as_charlie.get(f"/api/get-fastapi-token?page={bad}").status_code == 404


def test_forged_tokens(client: Client, alice: Any, signing_key_file: Path, tmp_path: Path) -> None:
    key = load_pem_private_key(signing_key_file.read_bytes(), None)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    payload = claims(str(tokens.access_for(alice)))
    kid = {"kid": tokens.jwks()["keys"][0]["kid"]}
    expired = tokens.access_for(alice)
    expired.set_exp(lifetime=-timedelta(minutes=1))
    stranger_key = load_pem_private_key(write_key(tmp_path / "other.pem").read_bytes(), None)
    forged = [
        jwt.encode(payload, None, algorithm="none", headers=kid),
        hmac_with_public_key(payload, public, kid),
        jwt.encode(payload | {"aud": "other"}, key, algorithm="ES256", headers=kid),
        jwt.encode(payload | {"iss": "other"}, key, algorithm="ES256", headers=kid),
        jwt.encode(payload, stranger_key, algorithm="ES256", headers=kid),
        jwt.encode(payload, key, algorithm="ES256"),
        str(expired),
        "x",
        "x.y.z",
    ]
    assert client.get("/api/projects/", headers=bearer(jwt.encode(payload, key, "ES256", kid))).status_code == 200
    for token in forged:
        answer = client.get("/api/projects/", headers=bearer(token))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), token


def hmac_with_public_key(payload: dict[str, Any], public: bytes, header: dict[str, str]) -> str:
    """PyJWT refuses to do this for us, an attacker's library does not."""
    import base64
    import hashlib
    import hmac
    import json

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    head = part(json.dumps(header | {"alg": "HS256", "typ": "JWT"}).encode())
    signed = head + b"." + part(json.dumps(payload).encode())
    return (signed + b"." + part(hmac.new(public, signed, hashlib.sha256).digest())).decode()


def test_rotation(client: Client, alice: Any, settings: Any, tmp_path: Path) -> None:
    old = tokens.access_for(alice)
    raw, retired = str(old), tmp_path / "retired.pem"
    retired.write_bytes(tokens.signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    settings.JWT_PRIVATE_KEY_FILE = write_key(tmp_path / "new.pem")
    assert client.get("/api/projects/", headers=bearer(raw)).status_code == 401
    settings.JWT_RETIRED_KEY_FILES = [retired]
    assert client.get("/api/projects/", headers=bearer(raw)).status_code == 200
    keys = client.get("/.well-known/jwks.json").json()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert all(key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in keys)


def test_session_handle(client: Client, alice: Any) -> None:
    answer = client.get(f"/api/validate-session/{tokens.session_handle(alice)}")
    assert answer.json() == {"user_id": alice.pk}


def test_session_handle_is_no_session_key(as_alice: Client, alice: Any) -> None:
    assert as_alice.session.session_key not in tokens.session_handle(alice)
    assert as_alice.get(f"/api/validate-session/{as_alice.session.session_key}").status_code == 401


def test_bad_handles(client: Client, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = tokens.session_handle(alice)
    foreign = signing.dumps({"user": alice.pk}, salt="something else")
    for bad in (handle + "x", foreign, "x", "%00"):
        assert client.get(f"/api/validate-session/{bad}").status_code == 401
    monkeypatch.setattr(signing.time, "time", lambda now=signing.time.time: now() + 61)
    assert client.get(f"/api/validate-session/{handle}").status_code == 401


def test_handle_dies_with_the_password_or_the_user(client: Client, alice: Any) -> None:
    handle = tokens.session_handle(alice)
    alice.set_password("another one")
    alice.save()
    assert client.get(f"/api/validate-session/{handle}").status_code == 401
    handle = tokens.session_handle(alice)
    alice.is_active = False
    alice.save()
    assert client.get(f"/api/validate-session/{handle}").status_code == 401


def test_handles_stay_out_of_the_log(client: Client, alice: Any, caplog: pytest.LogCaptureFixture) -> None:
    handle = tokens.session_handle(alice)
    with caplog.at_level("INFO", "recto.request"):
        client.get(f"/api/validate-session/{handle}")
    assert "validate-session" in caplog.text
    assert handle not in caplog.text
