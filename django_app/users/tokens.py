"""The only signer. An access token is a capability: who, for five minutes, and at most one file of the media root.

Keys are EC P-256 in PEM; a key's id is its RFC 7638 thumbprint. Verification accepts the current key and the retired
ones, by that id, and only ES256.
"""

import hashlib
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_encode
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import AccessToken as SimpleAccessToken
from rest_framework_simplejwt.tokens import RefreshToken as SimpleRefreshToken

from django_app.config.storage import media
from django_app.users.models import User

HANDLE_SALT = "recto.session-handle"
HANDLE_SECONDS = 60


def signing_key() -> EllipticCurvePrivateKey:
    return read_private(settings.JWT_PRIVATE_KEY_FILE)


@lru_cache(maxsize=4)
def read_private(path: Path) -> EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("RECTO_JWT_PRIVATE_KEY_FILE must hold a private key on the curve P-256.")
    return key


@lru_cache(maxsize=16)
def read_public(path: Path) -> EllipticCurvePublicKey:
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("RECTO_JWT_RETIRED_KEY_FILES must hold public keys on the curve P-256.")
    return key


def jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as a JSON Web Key, its `kid` the RFC 7638 thumbprint."""
    members: dict[str, str] = ECAlgorithm.to_jwk(key, as_dict=True)
    canonical = '{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}'.format(**members)
    kid = base64url_encode(hashlib.sha256(canonical.encode()).digest()).decode()
    return {name: members[name] for name in ("kty", "crv", "x", "y")} | {"kid": kid, "alg": "ES256", "use": "sig"}


def public_keys() -> list[EllipticCurvePublicKey]:
    return [signing_key().public_key(), *map(read_public, settings.JWT_RETIRED_KEY_FILES)]


def jwks() -> dict[str, list[dict[str, str]]]:
    """What FastAPI verifies with: the current key first, then those that still live in unexpired tokens."""
    return {"keys": [jwk(key) for key in public_keys()]}


class KeyedBackend(TokenBackend):
    """simplejwt's backend with our key files: signs with the current key, verifies by the header's `kid`."""

    def encode(self, payload: dict[str, Any]) -> str:
        key = signing_key()
        claims = payload | {"aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": jwk(key.public_key())["kid"]})

    def get_verifying_key(self, token: Any) -> EllipticCurvePublicKey:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error
        for key in public_keys():
            if jwk(key)["kid"] == kid:
                return key
        raise TokenBackendError("Token is invalid")


class AccessToken(SimpleAccessToken):
    lifetime = timedelta(minutes=5)

    def get_token_backend(self) -> TokenBackend:
        return KeyedBackend("ES256", audience="fastapi", issuer="recto", leeway=5)

    @property
    def seconds(self) -> int:
        return int(self.lifetime.total_seconds())


class RefreshToken(SimpleRefreshToken):
    """For Django alone, hence another audience; dead after the password changed."""

    lifetime = timedelta(days=1)

    def get_token_backend(self) -> TokenBackend:
        return KeyedBackend("ES256", audience="recto", issuer="recto", leeway=5)

    @classmethod
    def for_user(cls, user: User) -> "RefreshToken":  # type: ignore[override]
        token = cls()
        token["sub"] = str(user.pk)
        token["password"] = password_mark(user)
        return token


def access_for(user: User, version: Any = None, *, key: str | None = None, frame: int = 0) -> AccessToken:
    """A token of `user`. With `version` (or the media key and frame of a file) it also names that file, and where an
    engine on another machine gets it while the token counts."""
    token = AccessToken.for_user(user)
    if version is not None:
        key, frame = version.key, version.frame
    if key is not None:
        token["file"] = key
        token["frame"] = frame
        if url := media.link(key, token.seconds):
            token["url"] = url
    return token


def refresh(raw: str) -> AccessToken:
    """A new access token for a refresh token. Raises TokenError if it, its user or its password is no longer valid."""
    token = RefreshToken(raw)  # type: ignore[arg-type]
    user = User.objects.filter(pk=token["sub"], is_active=True).first()
    if user is None or not constant_time_compare(str(token.get("password")), password_mark(user)):
        raise TokenError("Token is invalid")
    return access_for(user)


def password_mark(user: User) -> str:
    """Changes with the password and when all sessions are ended, and tells nothing about either."""
    facts = f"{user.password}.{user.endings}"
    return salted_hmac("recto.password-mark", facts, algorithm="sha256").hexdigest()[:16]


def session_handle(user: User) -> str:
    """A signed stand-in for the session, good for one minute; it is never the session key."""
    return signing.dumps({"user": user.pk, "password": password_mark(user)}, salt=HANDLE_SALT)


def user_of_handle(handle: str) -> User | None:
    try:
        facts = signing.loads(handle, salt=HANDLE_SALT, max_age=HANDLE_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=facts["user"], is_active=True).first()
    if user is None or not constant_time_compare(facts["password"], password_mark(user)):
        return None
    return user
