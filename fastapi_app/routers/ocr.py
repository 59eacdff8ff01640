"""Reading text, and the echo that checks uploads."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from fastapi_app.auth import CurrentClaims
from fastapi_app.files import CurrentSource, Source
from fastapi_app.presence import while_connected
from fastapi_app.reader import Reader
from fastapi_app.routers.answers import FILE_BODY, PROBLEMS, file_answer, renamed, run
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.formats import FORMATS

router = APIRouter(tags=["text"])

MOST_LANGUAGES = 8
TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The text in the wanted format",
        "content": {form.media_type.partition(";")[0]: {} for form in FORMATS.values()},
    }
}


@router.post("/api/ocr", responses=TEXT | PROBLEMS, openapi_extra=FILE_BODY, response_class=Response)
@router.post("/", include_in_schema=False)
async def ocr(
    request: Request,
    source: CurrentSource,
    claims: CurrentClaims,
    languages: Annotated[str, Query(description="Codes joined by +, such as eng+heb", max_length=200)] = "eng",
    format: Annotated[str, Query(description=f"One of {', '.join(FORMATS)}")] = "json",
    clean: Literal["auto", "true", "false"] = "auto",
    engine: Annotated[
        str, Query(description="tesseract, rapidocr or auto: whichever reads better", max_length=40)
    ] = "auto",
    psm: Annotated[int, Query(description="Tesseract's page segmentation mode")] = 3,
) -> Response:
    """The text of every page of the upload, or of the page that the token names. Boxes are pixels of the original."""
    if format not in FORMATS:
        raise BadParameter(f"The format is one of: {', '.join(FORMATS)}.", loc=("query", "format"))
    how = {"languages": codes(languages), "clean": clean, "engine": engine, "psm": psm}
    event = await while_connected(request, reader(request, source, how).written(format))
    return file_answer(event, renamed(source.filename, event.facts["extension"].lstrip(".")))


def reader(request: Request, source: Source, how: dict[str, Any]) -> Reader:
    """Of an upload or a stored page, for who asks."""
    state = request.app.state
    return Reader(state.workers, request.state.user, source, how, most=state.settings.max_read_pages)


def codes(languages: str) -> list[str]:
    """In a URL, + also means a space."""
    codes = [code for code in re.split(r"[+ ,]+", languages) if code]
    if not codes or len(codes) > MOST_LANGUAGES:
        raise BadParameter(f"Name one to {MOST_LANGUAGES} languages, such as eng+heb.", loc=("query", "languages"))
    return codes


@router.post("/api/img-echo/", responses=PROBLEMS, openapi_extra=FILE_BODY, response_class=Response)
@router.post("/img-echo/", include_in_schema=False)
async def img_echo(request: Request, source: CurrentSource) -> Response:
    """The image back, decoded and encoded again in its own format."""
    event = await run(request, "echo", **source.arguments())
    return file_answer(event, renamed(source.filename, event.facts["format"]))
