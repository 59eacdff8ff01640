"""A recipe at work, as a generator: drain it, stream it, or close it to cancel."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2

from fastapi_app.services.errors import EngineError
from fastapi_app.services.pixels import Pixels, to_gray
from fastapi_app.services.raster import Limits, Raster, decode
from fastapi_app.services.recipe import AnyStep, Recipe
from fastapi_app.services.steps import apply

PREVIEW_WIDTH = 800
MESSAGES = {
    "perspective": "Straightening the sheet",
    "orient": "Turning upright",
    "border": "Cleaning the border",
    "denoise": "Removing noise",
    "deskew": "Straightening",
    "crop": "Cropping",
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
        done = apply(raster, step)
        seconds = clock() - start
        raster, skew_angle = done.raster, skew_angle + done.skew_angle
        taken.append(done.step)
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


def preview(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if width <= PREVIEW_WIDTH:
        return pixels
    size = (PREVIEW_WIDTH, max(1, round(height * PREVIEW_WIDTH / width)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
