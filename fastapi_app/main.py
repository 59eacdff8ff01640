"""The service, put together: `python -m uvicorn --factory fastapi_app.main:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
from fastapi import FastAPI

from fastapi_app import auth, docs, errors, events, logs, memory, middleware
from fastapi_app.copies import Copies
from fastapi_app.engine_facts import EngineFacts
from fastapi_app.queue import Tasks
from fastapi_app.rate import Rate
from fastapi_app.routers import health, images, invoices, live, metrics, notifications, ocr, renditions, tasks
from fastapi_app.services import ENGINE_VERSION
from fastapi_app.settings import Settings
from fastapi_app.workers import Workers
from telemetry import sentry, traces

BODIES = 2  # JSON bodies that are taken apart at the same time, each in memory as a whole


def create_app(settings: Settings | None = None, *, to_django: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """`to_django` replaces the network between this service and Django."""
    settings = settings or Settings()
    memory.keep_freed()
    logs.configure(settings)
    sentry.start(settings.sentry_dsn, "fastapi", ENGINE_VERSION)
    traces.start("fastapi", ENGINE_VERSION)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        workers = Workers(settings)
        await workers.start()
        async with auth.client(settings, to_django) as client, httpx.AsyncClient() as to_storage:
            app.state.workers = workers
            app.state.copies = Copies(workers.folder / "copies", settings.cache_bytes, to_storage)
            app.state.gate = auth.Gate(client)
            app.state.rate = Rate(settings.user_rate)
            app.state.tasks = Tasks(settings)
            app.state.bodies = anyio.CapacityLimiter(BODIES)
            app.state.engine_facts = EngineFacts(workers)
            app.state.live_seats = anyio.CapacityLimiter(settings.live_sockets)
            app.state.seats = anyio.CapacityLimiter(settings.sockets)
            async with events.following(settings.redis_url) as app.state.streams:
                yield
        await workers.stop()

    app = FastAPI(title="Recto engine", version=ENGINE_VERSION, lifespan=lifespan,
                  docs_url=None, redoc_url=None, openapi_url=None)  # fmt: skip
    app.state.settings = settings
    last = notifications  # its /ws/{user_id} would take the others' addresses
    for module in (images, ocr, renditions, live, tasks, invoices, health, metrics, last):
        app.include_router(module.router)
    docs.install(app)
    errors.install(app)
    app.add_middleware(middleware.LastResort)
    app.add_middleware(
        middleware.Origins,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=middleware.ALLOWED_HEADERS,
        expose_headers=middleware.EXPOSED_HEADERS,
    )
    app.add_middleware(middleware.Observed)
    return app
