"""For Django alone (nginx refuses these paths): what a file holds, smaller or cut-up copies of its pages, its text."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fastapi_app.files import CurrentSource
from fastapi_app.routers.answers import FILE_BODY, PROBLEMS, file_answer, renamed, run
from fastapi_app.services import formats
from fastapi_app.services.layout import Page

router = APIRouter(prefix="/api/renditions", tags=["renditions"])


@router.post("/inspect", responses=PROBLEMS, openapi_extra=FILE_BODY)
async def inspect(request: Request, source: CurrentSource) -> dict[str, Any]:
    """Format, and size and resolution of every page."""
    facts = (await run(request, "inspect", **source.arguments())).facts
    return {"format": facts["format"], "frames": facts["frames"]}


@router.post("/thumbnail", responses=PROBLEMS, openapi_extra=FILE_BODY, response_class=Response)
async def thumbnail(
    request: Request, source: CurrentSource, longest: Annotated[int, Query(ge=16, le=2000)] = 400
) -> Response:
    """A JPEG, at most `longest` pixels on its longer side."""
    return file_answer(await run(request, "thumbnail", **source.arguments(), longest=longest))


@router.post("/tiles", responses=PROBLEMS, openapi_extra=FILE_BODY, response_class=Response)
async def tiles(request: Request, source: CurrentSource) -> Response:
    """A Deep Zoom pyramid as a tar archive: page.dzi and page_files/LEVEL/X_Y.jpg."""
    return file_answer(await run(request, "tiles", **source.arguments()))


@router.post("/text", responses=PROBLEMS, response_class=Response)
async def text(
    request: Request,
    source: CurrentSource,
    page: Page,
    format: Annotated[str, Query(max_length=40)],
    filename: Annotated[str, Query(max_length=300)] = "page",
) -> Response:
    """A page's text in a format; the token names the page's original, which a searchable PDF shows."""
    formats.format_named(format)
    told = {"filename": filename, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    event = await run(request, "write", **source.arguments(), pages=[page.model_dump_json()], format=format, **told)
    return file_answer(event, renamed(filename, event.facts["extension"].lstrip(".")))
