"""What the worker of jobs asks of a child: a page of a stored file, from path and plain values to its result.

Each is a generator of (facts, bytes), as in `work`; the last message is the result.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fastapi_app.services import ENGINE_VERSION, inspection, pipeline, raster, reading
from fastapi_app.services.layout import Page
from fastapi_app.services.raster import Limits
from fastapi_app.services.recipe import Recipe

Messages = Generator[tuple[dict[str, Any], bytes], None, None]


def clean_page(path: str, frame: int, *, limits: Limits, recipe: dict[str, Any] | None) -> Messages:
    """The recipe on an original, or with None what a look at the page recommends: a PNG and the facts of a version."""
    given = None if recipe is None else Recipe.parse(recipe)
    page, steps = inspection.load(Path(path).read_bytes(), given, frame=frame, limits=limits)
    for event in pipeline.run(page, steps, previews=False):
        if isinstance(event, pipeline.Complete):
            yield _version(event), raster.encode(event.raster, "png")
        elif isinstance(event, pipeline.Progress):
            yield {"percent": event.percent}, b""


def _version(event: pipeline.Complete) -> dict[str, Any]:
    page = event.raster
    return {
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "recipe": event.recipe.model_dump(mode="json"),
        "matrix": page.matrix.tolist(),
        "skew_angle": event.skew_angle,
        "engine_version": ENGINE_VERSION,
    }


def read_page(
    path: str,
    frame: int,
    *,
    limits: Limits,
    languages: list[str],
    clean: str,
    matrix: list[list[float]],
    original: list[int],
) -> Messages:
    """The layout of a version, in pixels of the original; `matrix` maps original pixels (3x3) to the version's."""
    page = raster.decode(Path(path).read_bytes(), frame=frame, gray=True, limits=limits)
    placed = replace(page, matrix=page.matrix @ np.array(matrix), original=(original[0], original[1]))
    yield from _told(reading.run(placed, languages, clean=clean))


def _told(events: Iterator[reading.Event]) -> Messages:
    for event in events:
        if isinstance(event, Page):
            yield {"layout": event.model_dump(mode="json")}, b""
        else:
            yield {}, b""


WORKS: dict[str, Callable[..., Messages]] = {"clean_page": clean_page, "read_page": read_page}
