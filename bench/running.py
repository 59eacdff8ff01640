"""A whole Recto on free ports, and people who may use it."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jwt
import requests

from launcher.environment import clean_environment
from launcher.ports import Ports
from launcher.stack import Stack
from launcher.up import bring_up


class Signer:
    """Tokens as Django mints them, for as many people as a measurement needs."""

    def __init__(self, stack: Stack) -> None:
        self._key = (stack.var / "keys" / "jwt.pem").read_text()
        keys = requests.get(f"{stack.origin}/.well-known/jwks.json", timeout=10).json()["keys"]
        self._kid = keys[0]["kid"]

    def headers(self, user: str) -> dict[str, str]:
        claims = {"iss": "recto", "aud": "fastapi", "sub": user, "exp": int(time.time()) + 300, "token_type": "access"}
        return {"Authorization": f"Bearer {jwt.encode(claims, self._key, 'ES256', headers={'kid': self._kid})}"}


@contextmanager
def recto() -> Iterator[Stack]:
    """In a folder of its own, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="recto-bench-") as folder:
        with Stack(Path(folder), ports=Ports.free(), environment=clean_environment()) as stack:
            bring_up(stack)
            yield stack
