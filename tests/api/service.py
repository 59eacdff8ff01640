"""The real application on a real port, with Django replaced at the transport: its keys, its sessions, its silence."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import httpx
import jwt
import numpy as np
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from websockets.sync.client import ClientConnection, connect

from fastapi_app.main import create_app
from fastapi_app.settings import Settings
from tests.waiting import until

ORIGIN = "http://localhost:8080"
SESSION_HANDLES = {"handle-of:alice": 7}


class Django:
    """What the service sees of Django. `up = False` takes it away, `asked` counts the requests for keys."""

    def __init__(self) -> None:
        self.keys = {"first": ec.generate_private_key(ec.SECP256R1())}
        self.up = True
        self.asked = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not self.up:
            raise httpx.ConnectError("refused", request=request)
        if request.url.path == "/.well-known/jwks.json":
            self.asked += 1
            return httpx.Response(200, json={"keys": [self._public(kid) for kid in self.keys]})
        handle = request.url.path.removeprefix("/api/validate-session/")
        if handle in SESSION_HANDLES:
            return httpx.Response(200, json={"user_id": SESSION_HANDLES[handle]})
        return httpx.Response(401, json={"detail": "no"})

    def _public(self, kid: str) -> dict[str, Any]:
        key = ECAlgorithm.to_jwk(self.keys[kid].public_key(), as_dict=True)
        return key | {"kid": kid, "use": "sig", "alg": "ES256"}

    def token(self, kid: str = "first", **claims: Any) -> str:
        """What Django would mint for alice; a claim of None is left out."""
        now = int(time.time())
        usual = {"iss": "recto", "aud": "fastapi", "sub": "7", "exp": now + 300, "jti": "1", "token_type": "access"}
        payload = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(payload, self.keys[kid], "ES256", headers={"kid": kid})


class Service:
    """The running service and a signed-in client of it."""

    def __init__(self, url: str, app: Any, django: Django, media: Path) -> None:
        self.url = url
        self.app = app
        self.django = django
        self.media = media
        self.http = httpx.Client(base_url=url, timeout=60)

    def headers(self, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.django.token(**claims)}"}

    def post(self, path: str, image: bytes | None = None, *, name: str = "page.png", **query: Any) -> httpx.Response:
        files = {"file": (name, image)} if image is not None else None
        return self.http.post(path, files=files, params=query, headers=self.headers())

    def socket(self, **claims: Any) -> ClientConnection:
        return connect(
            self.url.replace("http", "ws") + "/ws/process", additional_headers=self.headers(**claims), max_size=None
        )

    @property
    def busy(self) -> int:
        return int(self.app.state.workers.busy)

    def wait_for_slots(self, busy: int) -> None:
        """Until so many slots are in use."""
        until(lambda: self.busy == busy)


@contextmanager
def running(media: Path, *, ping_seconds: float = 20, **settings: Any) -> Iterator[Service]:
    """A service with these settings, on a free port, until the end of the block."""
    django = Django()
    defaults: dict[str, Any] = {"media_root": media, "slots": 1, "log_level": "ERROR", "redis_url": ""}
    app = create_app(Settings(**(defaults | settings)), to_django=httpx.MockTransport(django.answer))
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    pings: dict[str, Any] = {"ws_ping_interval": ping_seconds, "ws_ping_timeout": ping_seconds}
    config = uvicorn.Config(app, log_config=None, ws_max_size=2**27, timeout_graceful_shutdown=5, **pings)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        service = Service(f"http://127.0.0.1:{listener.getsockname()[1]}", app, django, media)
        with service.http:
            yield service
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def messages_until(connection: ClientConnection, *types: str) -> list[dict[str, Any]]:
    """Messages up to and with the first of one of these types."""
    found = []
    while True:
        message = json.loads(connection.recv(timeout=30))
        found.append(message)
        if message["type"] in types:
            return found


def say(connection: ClientConnection, **message: Any) -> None:
    connection.send(json.dumps(message))


def text_page(width: int = 900, height: int = 700, angle: float = 0.0, colour: bool = True) -> bytes:
    """PNG of a few printed lines, turned counter-clockwise by `angle` degrees."""
    page = np.full((height, width), 215, np.uint8)
    for row, words in enumerate(("The quick brown fox", "jumps over the lazy dog", "and reads the page", "once again")):
        cv2.putText(page, words, (80, 150 + 110 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 20, 3, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    page = cv2.warpAffine(page, turn, (width, height), borderValue=215)
    return encoded(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if colour else page)


def noise(width: int, height: int) -> bytes:
    """PNG that keeps every denoiser busy."""
    return encoded(np.random.default_rng(7).integers(0, 255, (height, width), np.uint8))


def encoded(pixels: Any, extension: str = ".png") -> bytes:
    return bytes(cv2.imencode(extension, pixels)[1].tobytes())


def decoded(data: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def blank(width: int, height: int) -> bytes:
    """PNG: few bytes, many pixels."""
    return encoded(np.full((height, width), 255, np.uint8))
