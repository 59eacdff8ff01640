"""For Django alone (nginx refuses these paths): what a file holds, and smaller or cut-up copies of its pages."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fastapi_app.files import CurrentSource
from fastapi_app.routers.answers import FILE_BODY, PROBLEMS, file_answer, run

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
