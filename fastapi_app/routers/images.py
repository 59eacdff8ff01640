"""The seven image endpoints: one operation each, all of them in order, and what there is to choose from."""

import base64
import json
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, TypeVar

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from fastapi_app.auth import CurrentClaims
from fastapi_app.children import Event
from fastapi_app.engine_facts import EngineFacts
from fastapi_app.files import CurrentSource, Source
from fastapi_app.routers.answers import FILE_BODY, PROBLEMS, file_answer, renamed, run
from fastapi_app.services import formats, recipe, recipe_info, switches
from fastapi_app.services.errors import EngineError
from fastapi_app.services.recipe import Recipe
from fastapi_app.services.switches import Switches
from fastapi_app.settings import Settings

router = APIRouter(prefix="/api/images", tags=["images"])

OutputFormat = Literal["png", "jpeg", "webp", "tiff"]
OUTPUT_FORMATS: tuple[str, ...] = ("png", "jpeg", "webp", "tiff")


class Wanted:
    """How the result shall be given."""

    def __init__(self, output_format: OutputFormat = "png", return_json: bool = False) -> None:
        self.output_format = output_format
        self.return_json = return_json


class AutoProcess(Switches):
    """Query of auto-process. A `recipe` says everything; beside it the switches do not count. Without a preset the page
    is looked at and gets the recipe that it needs, with the switches laid over it: `deskew=false` is everything that
    it needs but straight lines. The answer's X-Recipe says which steps, and why."""

    recipe_json: str | None = Field(None, alias="recipe", max_length=20_000, description="A recipe as JSON")
    output_format: OutputFormat = "png"
    return_json: bool = False

    def chosen(self) -> Recipe | Switches | None:
        if self.recipe_json is not None:
            return Recipe.parse(self.recipe_json)
        return switches.from_parameters(**{name: getattr(self, name) for name in Switches.model_fields})


CurrentWanted = Annotated[Wanted, Depends()]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
IMAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The image; with return_json, a JSON object that holds it",
        "content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}, "image/tiff": {}, "application/json": {}},
    }
}


def _post(path: str) -> Callable[[Endpoint], Endpoint]:
    """An endpoint that takes an image and gives one."""
    return router.post(path, responses=IMAGE | PROBLEMS, openapi_extra=FILE_BODY, response_class=Response)


@_post("/binarize")
async def binarize(
    request: Request,
    source: CurrentSource,
    wanted: CurrentWanted,
    method: recipe.BinarizeMethod = "auto",
    threshold: int | None = None,
    window: int | None = None,
    k: float | None = None,
) -> Response:
    """Make every pixel ink or paper."""
    step = recipe.single("binarize", method=method, threshold=threshold, window=window, k=k)
    return await _answer(request, source, step, wanted)


@_post("/denoise")
async def denoise(
    request: Request,
    source: CurrentSource,
    wanted: CurrentWanted,
    method: recipe.DenoiseMethod | None = None,
    strength: int | None = None,
) -> Response:
    """Remove grain and specks."""
    return await _answer(request, source, recipe.single("denoise", method=method, strength=strength), wanted)


@_post("/deskew")
async def deskew(
    request: Request, source: CurrentSource, wanted: CurrentWanted, max_angle: float | None = None
) -> Response:
    """Turn the lines level."""
    return await _answer(request, source, recipe.single("deskew", max_angle=max_angle), wanted)


@_post("/enhance")
async def enhance(
    request: Request,
    source: CurrentSource,
    wanted: CurrentWanted,
    clip_limit: float | None = None,
    tile_size: int | None = None,
) -> Response:
    """Strengthen local contrast."""
    step = recipe.single("enhance", clip_limit=clip_limit, tile_size=tile_size)
    return await _answer(request, source, step, wanted)


@_post("/auto-process")
async def auto_process(request: Request, source: CurrentSource, query: Annotated[AutoProcess, Query()]) -> Response:
    """What the page needs by the look of it; or a preset, with its steps switched on and off; or another recipe."""
    wanted = Wanted(query.output_format, query.return_json)
    return await _answer(request, source, query.chosen(), wanted)


@router.get("/info", responses={status: PROBLEMS[status] for status in (401, 429)})
async def info(request: Request, claims: CurrentClaims) -> dict[str, Any]:
    """Operations, methods, ranges and their JSON Schema, presets, limits, languages, version."""
    facts: EngineFacts = request.app.state.engine_facts
    settings: Settings = request.app.state.settings
    try:
        reading = await facts.get()
    except EngineError:
        reading = {"languages": [], "versions": {}}  # images can be cleaned without Tesseract
    return recipe_info.info() | {
        "output_formats": list(OUTPUT_FORMATS),
        "text_formats": list(formats.FORMATS),
        "languages": reading["languages"],
        "engines": reading["versions"],
        "limits": {"max_upload_bytes": settings.max_upload_bytes, "max_pixels": settings.max_pixels},
    }


async def _answer(request: Request, source: Source, steps: Recipe | Switches | None, wanted: Wanted) -> Response:
    event = await run(
        request,
        "process",
        **source.arguments(),
        recipe=steps.model_dump(mode="json") if isinstance(steps, Recipe) else None,
        switches=steps.model_dump(mode="json") if isinstance(steps, Switches) else None,
        output_format=wanted.output_format,
    )
    headers = _headers(event.facts)
    if wanted.return_json:
        body = await anyio.to_thread.run_sync(_json_body, event, source.filename)
        return Response(body, media_type="application/json", headers=headers)
    return file_answer(event, renamed(source.filename, wanted.output_format), headers)


def _headers(facts: dict[str, Any]) -> dict[str, str]:
    spent = [("decode", facts["decode_seconds"])]
    spent += [(step["name"], step["seconds"]) for step in facts["timings"]]
    spent += [("encode", facts["encode_seconds"])]
    return {
        "X-Skew-Angle": f"{facts['skew_angle']:.3f}",
        "X-Matrix": json.dumps(facts["matrix"]),
        "X-Recipe": json.dumps(facts["recipe"]),
        "Server-Timing": ", ".join(f"{name};dur={1000 * seconds:.1f}" for name, seconds in spent),
    }


def _json_body(event: Event, filename: str) -> bytes:
    """The image and all facts in one object, as the contract has it."""
    facts = event.facts
    body = {
        "status": "success",
        "original_filename": PurePosixPath(filename.replace("\\", "/")).name,
        "original_size": facts["original"],
        "processing": {
            "skew_angle": facts["skew_angle"],
            "matrix": facts["matrix"],
            "recipe": facts["recipe"],
            "steps": facts["timings"],
            "seconds": facts["seconds"],
        },
        "output": {
            "format": facts["format"],
            "width": facts["width"],
            "height": facts["height"],
            "size_bytes": len(event.data),
            "image_base64": base64.b64encode(event.data).decode(),
        },
    }
    return json.dumps(body).encode()
