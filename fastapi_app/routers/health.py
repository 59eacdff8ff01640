"""Is the process alive, and can it work? No token needed."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from redis import asyncio as redis
from redis.exceptions import RedisError

from fastapi_app.engine_facts import EngineFacts
from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.errors import EngineError

router = APIRouter(tags=["health"])

REDIS_SECONDS = 2.0


@router.get("/healthz", include_in_schema=False)
@router.get("/health", include_in_schema=False)
@router.get("/api/images/health", openapi_extra={"security": []})
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "service": "recto-engine", "version": ENGINE_VERSION}


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
