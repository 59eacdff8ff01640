"""A recipe at work, as a generator: drain it, stream it, or close it to cancel."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2

from fastapi_app.services.binarize import binarize
from fastapi_app.services.denoise import denoise
from fastapi_app.services.deskew import deskew
from fastapi_app.services.enhance import enhance_contrast
from fastapi_app.services.errors import EngineError
from fastapi_app.services.orientation import orient
from fastapi_app.services.perspective import straighten, turned_by
from fastapi_app.services.pixels import Pixels, to_gray
from fastapi_app.services.raster import Limits, Raster, decode
from fastapi_app.services.recipe import AnyStep, Binarize, Denoise, Deskew, Enhance, Orient, Perspective, Recipe, Shade
from fastapi_app.services.shade import remove_shading

PREVIEW_WIDTH = 800
MESSAGES = {
    "perspective": "Straightening the sheet",
    "orient": "Turning upright",
    "denoise": "Removing noise",
    "deskew": "Straightening",
    "shade": "Evening out the light",
    "enhance": "Strengthening contrast",
    "binarize": "Separating ink from paper",
}


@dataclass(frozen=True)
class Progress:
    """`percent` of the whole; `seconds` is None when the step starts, and what it took when it ends."""

    percent: int
    step: str
    message: str
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Preview:
    """What the page looks like after a step, at most PREVIEW_WIDTH pixels wide."""

    step: str
    pixels: Pixels


@dataclass(frozen=True)
class Timing:
    name: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Complete:
    """The end. recipe: as it was done, with what was found on the page, so that it can be done again exactly.
    skew_angle: degrees by which the content of the input was turned counter-clockwise."""

    raster: Raster
    recipe: Recipe
    timings: tuple[Timing, ...]
    skew_angle: float


Event = Progress | Preview | Complete


def load(data: bytes, recipe: Recipe, *, frame: int = 0, limits: Limits | None = None) -> Raster:
    """Decodes a page the way the recipe wants it: gray at once if it ends in two levels, which costs half."""
    return decode(data, frame=frame, gray=recipe.is_gray, limits=limits)


def run(
    raster: Raster,
    recipe: Recipe,
    *,
    previews: bool = True,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Event]:
    """Start and end of every step, a preview after each, and last of all Complete."""
    if recipe.is_gray:
        raster = raster.repainted(to_gray(raster.pixels))
    timings: list[Timing] = []
    skew_angle = 0.0
    taken: list[AnyStep] = []
    for number, step in enumerate(recipe.steps):
        yield Progress(100 * number // len(recipe.steps), step.step, MESSAGES[step.step])
        start = clock()
        raster, turned, resolved = apply(raster, step)
        seconds = clock() - start
        skew_angle += turned
        taken.append(resolved)
        timings.append(Timing(step.step, seconds))
        yield Progress(100 * (number + 1) // len(recipe.steps), step.step, MESSAGES[step.step], seconds)
        if previews:
            yield Preview(step.step, preview(raster.pixels))
    yield Complete(raster, recipe.model_copy(update={"steps": tuple(taken)}), tuple(timings), skew_angle)


def result(events: Iterable[Event]) -> Complete:
    """Runs to the end."""
    for event in events:
        if isinstance(event, Complete):
            return event
    raise EngineError("The run ended before it was complete.")


def apply(raster: Raster, step: AnyStep) -> tuple[Raster, float, AnyStep]:
    """One step: what becomes of the page, the skew that was taken out, in degrees, quarter turns included, and the step
    with the places that it found on the page."""
    match step:
        case Perspective():
            return _straightened(raster, step)
        case _:
            return *_applied(raster, step), step


def _straightened(raster: Raster, step: Perspective) -> tuple[Raster, float, Perspective]:
    given = None if step.corners is None else raster.from_original(step.corners)
    pixels, matrix, corners = straighten(raster.pixels, given)
    if corners is None:
        return raster, 0.0, step
    places = step.corners or tuple(_rounded(raster.to_original(x, y)) for x, y in corners.tolist())
    turned = raster.moved(pixels, matrix)
    return turned, turned_by(matrix, pixels.shape), step.model_copy(update={"corners": places})


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 1), round(point[1], 1)


def _applied(raster: Raster, step: AnyStep) -> tuple[Raster, float]:
    match step:
        case Orient():
            pixels, matrix, quarter = orient(raster.pixels, step.min_confidence)
            return raster.moved(pixels, matrix), float(quarter)
        case Denoise():
            return raster.repainted(denoise(raster.pixels, step.method, step.strength)), 0.0
        case Deskew():
            pixels, matrix, skew = deskew(raster.pixels, step.max_angle, step.min_angle)
            return raster.moved(pixels, matrix), skew.angle
        case Shade():
            return raster.repainted(remove_shading(raster.pixels, step.reach)), 0.0
        case Enhance():
            return raster.repainted(enhance_contrast(raster.pixels, step.clip_limit, step.tile_size)), 0.0
        case Binarize():
            return raster.repainted(binarize(raster.pixels, step.method, step.threshold, step.window, step.k)), 0.0
        case _:
            raise EngineError(f"There is no way to do the step “{step.step}”.")


def preview(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if width <= PREVIEW_WIDTH:
        return pixels
    size = (PREVIEW_WIDTH, max(1, round(height * PREVIEW_WIDTH / width)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
