"""Is the process alive, and can it work? No token needed."""

from contextlib import suppress
from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from redis import asyncio as redis
from redis.exceptions import RedisError

from fastapi_app.engine_facts import EngineFacts
from fastapi_app.errors import QueueUnavailable
from fastapi_app.queue import Tasks
from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.errors import EngineError

router = APIRouter(tags=["health"])

REDIS_SECONDS = 2.0
LOOK_SECONDS = 1.0  # whoever asks whether we are alive shall not wait


@router.get("/healthz", include_in_schema=False)
@router.get("/api/images/health", openapi_extra={"security": []})
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "service": "recto-engine", "version": ENGINE_VERSION}


@router.get("/health", include_in_schema=False)
async def health(request: Request) -> dict[str, Any]:
    """The same, with what is known of engines and workers: null for what does not answer at once."""
    found = await healthz() | dict.fromkeys(("engines", "languages", "queue_depth", "workers_alive"))
    async with anyio.create_task_group() as group:
        group.start_soon(_tell_engines, request.app.state.engine_facts, found)
        group.start_soon(_tell_workers, request.app.state.tasks, found)
    return found


async def _tell_engines(facts: EngineFacts, found: dict[str, Any]) -> None:
    with anyio.move_on_after(LOOK_SECONDS), suppress(EngineError):
        known = await facts.get()
        found |= {"engines": known["versions"], "languages": known["languages"]}


async def _tell_workers(tasks: Tasks, found: dict[str, Any]) -> None:
    with anyio.move_on_after(LOOK_SECONDS), suppress(QueueUnavailable):
        alive, depth = await anyio.to_thread.run_sync(tasks.workers, abandon_on_cancel=True)
        found |= {"queue_depth": depth, "workers_alive": alive}


@router.get("/ping", include_in_schema=False)
async def ping() -> dict[str, str]:
    return {"ping": "pong"}


@router.get("/version", include_in_schema=False)
async def version() -> dict[str, str]:
    return {"version": ENGINE_VERSION}


@router.get("/readyz", include_in_schema=False)
async def readyz(request: Request) -> JSONResponse:
    """Everything that is needed is there; 503 with the reasons otherwise."""
    checks = {"tesseract": await _tesseract(request.app.state.engine_facts)}
    if url := request.app.state.settings.redis_url:
        checks["redis"] = await _redis(url)
    ready = all(check["ok"] for check in checks.values())
    return JSONResponse({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)


async def _tesseract(facts: EngineFacts) -> dict[str, Any]:
    try:
        found = await facts.get()
    except EngineError as error:
        return {"ok": False, "reason": str(error)}
    if not found["languages"]:
        return {"ok": False, "reason": "No recognition language is installed."}
    return {"ok": True, "version": found["versions"]["tesseract"], "languages": found["languages"]}


async def _redis(url: str) -> dict[str, Any]:
    try:
        async with redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) as client:
            await client.ping()
    except (RedisError, OSError):
        return {"ok": False, "reason": "Redis does not answer."}
    return {"ok": True}
