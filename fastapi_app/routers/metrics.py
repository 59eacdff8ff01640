"""What Prometheus asks. Reached on this port only: nginx has nothing at this address."""

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from fastapi_app.routers.answers import UNTRUSTED
from fastapi_app.surroundings import Queue, Running
from telemetry import metrics

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def scraped(request: Request) -> Response:
    """In a thread, since Redis and /proc are asked."""
    sources = (metrics.Memory("fastapi"), Running(request.app), Queue(request.app))
    page = await anyio.to_thread.run_sync(metrics.exposition, *sources)
    return Response(page, media_type=metrics.CONTENT_TYPE_LATEST, headers=UNTRUSTED)
