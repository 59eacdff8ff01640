"""What the engine can read, asked of a child at most once in a while: /readyz and /api/images/info live on it."""

import time
from typing import Any

import anyio

from fastapi_app.services.errors import EngineError
from fastapi_app.workers import Workers

FRESH_SECONDS = 15.0  # nobody installs languages more often; a public health check must not start processes at will


class EngineFacts:
    """{"languages": [...], "versions": {...}}, or the engine's error."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = anyio.Lock()
        self._asked = -FRESH_SECONDS
        self._facts: dict[str, Any] = {}
        self._trouble: EngineError | None = None

    async def get(self) -> dict[str, Any]:
        """Raises EngineUnavailable without Tesseract."""
        async with self._lock:
            if time.monotonic() - self._asked >= FRESH_SECONDS:
                await self._ask()
            if self._trouble is not None:
                raise self._trouble
            return self._facts

    async def _ask(self) -> None:
        try:
            self._facts, self._trouble = (await self._workers.ask("engines"))[-1].facts, None
        except EngineError as error:
            self._trouble = error
        self._asked = time.monotonic()
