"""The pages that are measured, and how long things take."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import cv2
from numpy.typing import NDArray

from bench.tables import Options
from fastapi_app.services import inspection, pipeline
from fastapi_app.services.raster import Raster
from fastapi_app.services.recipe import Recipe
from samples import ENGLISH, HEBREW, draw, photograph

Pixels = NDArray[Any]
ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")
SIZES = {"drawn 2 MP": (1200, 1700, 34), "drawn 6 MP": (2100, 2900, 60), "drawn 9 MP": (2550, 3550, 74)}


def files(options: Options) -> list[Path]:
    """Images of the folder, up to the limit; none without a folder."""
    found = options.pages.rglob("*") if options.pages else ()
    images = sorted(path for path in found if path.suffix.lower() in ENDINGS and ".gt." not in path.name)
    return images[: options.limit]


def clean(width: int, height: int, size: int) -> Pixels:
    return draw((*ENGLISH, "", *HEBREW), width=width, height=height, size=size, margin=width // 12, leading=1.5)


def photographs(options: Options) -> Iterator[tuple[str, bytes]]:
    """(name, bytes of a JPEG or whatever the folder holds)."""
    if options.pages:
        yield from ((path.name, path.read_bytes()) for path in files(options))
        return
    for seed, (name, (width, height, size)) in enumerate(SIZES.items()):
        image = photograph(clean(width, height, size), angle=2.0 - 2 * seed, shade=0.5, grain=6, seed=seed)
        yield name, jpeg(image)


def jpeg(image: Pixels) -> bytes:
    """As a phone writes it."""
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())


def png(image: Pixels) -> bytes:
    return bytes(cv2.imencode(".png", image)[1].tobytes())


def cleaned(data: bytes, recipe: Recipe | None = None) -> Raster:
    """By the recipe, or else by Auto Process."""
    page, steps = inspection.load(data, recipe)
    return pipeline.result(pipeline.run(page, steps, previews=False)).raster


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)
