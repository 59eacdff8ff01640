"""Who is asking: a token that Django signed, or a session handle that Django confirms. Nothing here may sign."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import anyio
import httpx
import jwt
from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from fastapi_app.errors import DjangoUnreachable, Forbidden, Unauthorized
from fastapi_app.settings import Settings
from telemetry import logs

ALGORITHM = "ES256"
AUDIENCE = "fastapi"
ISSUER = "recto"
REQUIRED = ["exp", "sub", "iss", "aud"]

REFRESH_SECONDS = 300.0  # a retired key is forgotten at last after this long
RETRY_SECONDS = 5.0  # strangers with invented key ids must not make us ask Django at their pace


@dataclass(frozen=True)
class Claims:
    """What Django decided: the user, and the one stored page (media key, frame) that may be read, if any.

    `url`: where the file is to be had if it is not in the media folder.
    `until`: when that decision lapses, in seconds since 1970."""

    user: str
    file: str | None = None
    frame: int = 0
    url: str | None = None
    until: float = math.inf


class Keys:
    """Django's public keys by key id; those already known stay usable while Django is down."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = -REFRESH_SECONDS
        self._lock = anyio.Lock()

    async def find(self, kid: str) -> jwt.PyJWK:
        """Raises Unauthorized for an unknown key, DjangoUnreachable while no key is known at all."""
        await self._refresh(RETRY_SECONDS if kid not in self._keys else REFRESH_SECONDS)
        if not self._keys:
            raise DjangoUnreachable
        if kid not in self._keys:
            raise Unauthorized("The token was signed with a key that is not known here.")
        return self._keys[kid]

    async def _refresh(self, after: float) -> None:
        async with self._lock:
            wait = after if self._keys else min(after, 0.5)  # without any key we want the first one soon
            if time.monotonic() - self._asked < wait:
                return
            self._asked = time.monotonic()
            try:
                answer = await self._client.get("/.well-known/jwks.json")
                keys = answer.raise_for_status().json()["keys"]
                self._keys = {key["kid"]: jwt.PyJWK(key, ALGORITHM) for key in keys if "kid" in key}
            except (httpx.HTTPError, ValueError, KeyError, TypeError, jwt.PyJWTError):
                return


class Gate:
    """Turns what a request carries into Claims."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._keys = Keys(client)

    async def by_token(self, token: str) -> Claims:
        """Raises Unauthorized with a sentence, DjangoUnreachable when the keys cannot be had."""
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            if header.get("alg") != ALGORITHM or not isinstance(kid, str):
                raise Unauthorized("The token is not of the kind that is accepted here.")
            key = await self._keys.find(kid)
            options: Any = {"require": REQUIRED}
            payload = jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=options)
        except jwt.ExpiredSignatureError as error:
            raise Unauthorized("The token has expired.") from error
        except jwt.PyJWTError as error:
            raise Unauthorized("The token is not valid.") from error
        return _claims(payload)

    async def by_session(self, handle: str) -> Claims:
        """Asks Django whose session handle this is."""
        try:
            answer = await self._client.get(f"/api/validate-session/{quote(handle, safe='')}")
        except httpx.HTTPError as error:
            raise DjangoUnreachable from error
        if answer.status_code in (400, 401, 403, 404):
            raise Unauthorized("The session handle is not valid, or no longer.")
        try:
            return Claims(user=str(answer.raise_for_status().json()["user_id"]))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise DjangoUnreachable from error


def _claims(payload: Mapping[str, Any]) -> Claims:
    """A verified payload as Claims; a refresh token is no ticket."""
    file, frame, url = payload.get("file"), payload.get("frame", 0), payload.get("url")
    if payload.get("token_type") != "access":
        raise Unauthorized("Only an access token is accepted here.")
    if not all(isinstance(each, str | None) for each in (file, url)) or not isinstance(frame, int) or frame < 0:
        raise Unauthorized("The token is not valid.")
    return Claims(user=payload["sub"], file=file, frame=frame, url=url, until=float(payload["exp"]))


def client(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """The way to Django; tests put in a transport of their own."""
    return httpx.AsyncClient(base_url=settings.django_url, timeout=5.0, transport=transport)


def bearer(connection: HTTPConnection) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def offered_token(connection: HTTPConnection) -> str | None:
    """Browsers cannot set headers on a socket; they offer `bearer, <token>` as subprotocols."""
    offered = [each.strip() for each in connection.headers.get("sec-websocket-protocol", "").split(",")]
    return offered[1] if len(offered) == 2 and offered[0] == "bearer" and offered[1] else None


async def claims(request: Request) -> Claims:
    """FastAPI dependency: 401 without a token or session handle that counts, 429 for who asks too often."""
    gate: Gate = request.app.state.gate
    token, handle = bearer(request), request.headers.get("x-session-token")
    if token:
        found = await gate.by_token(token)
    elif handle:
        found = await gate.by_session(handle)
    else:
        raise Unauthorized("Send a token: Authorization: Bearer …")
    request.state.user = found.user
    logs.note(user=found.user)
    request.app.state.rate.take(found.user)
    return found


async def socket_claims(connection: HTTPConnection) -> Claims:
    """The same for a WebSocket, which counts once; Forbidden for a page of another origin."""
    settings: Settings = connection.app.state.settings
    origin = connection.headers.get("origin")
    if origin is not None and origin not in settings.origins:
        raise Forbidden("Pages of this origin may not connect.")
    token = bearer(connection) or offered_token(connection)
    if not token:
        raise Unauthorized("Send a token: Authorization, or the subprotocols 'bearer, <token>'.")
    gate: Gate = connection.app.state.gate
    found = await gate.by_token(token)
    connection.app.state.rate.take(found.user)
    return found


CurrentClaims = Annotated[Claims, Depends(claims)]
