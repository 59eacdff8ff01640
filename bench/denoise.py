"""The denoisers: time a megapixel, and how well photographed pages are read after each."""

import re
from functools import partial
from pathlib import Path

import cv2
from rapidfuzz.distance import Levenshtein

from bench.pages import clean, photographs, seconds, table
from fastapi_app.services import ocr, pipeline, raster
from fastapi_app.services.denoise import METHODS, denoise
from fastapi_app.services.recipe import Binarize, Denoise, Deskew, Recipe
from samples import TRUTH, photograph

GRAINS = (3, 8, 14)


def recipes() -> dict[str, Recipe]:
    rest = (Deskew(), Binarize())
    named = {name: Recipe(steps=(Denoise.model_validate({"method": name}), *rest)) for name in METHODS}
    return {"none": Recipe(steps=rest), **named}


def run(folder: Path | None) -> None:
    """With a folder only the times: it has no truth."""
    cases = [] if folder else [(grain, _page(size, grain)) for grain in GRAINS for size in (24, 40)]
    sample = next(photographs(folder))[1]
    gray = raster.decode(sample, gray=True).pixels
    rows = []
    for name, steps in recipes().items():
        pace = 0.0 if name == "none" else seconds(partial(denoise, gray, name), 1) / (gray.size / 1e6)
        rows.append((name, f"{pace:.3f}", *(f"{_error(page, steps):.3f}" for _, page in cases)))
    small_and_large = [f"grain {grain}, {kind}" for grain in GRAINS for kind in ("small", "large")]
    table(("method", "s/MP", *(small_and_large if cases else ())), rows)
    if cases:
        print("  the columns behind s/MP are character error rates of Tesseract")


def _page(size: int, grain: float) -> bytes:
    page = clean(size * 36, size * 50, size)
    return cv2.imencode(".jpg", photograph(page, angle=2, shade=0.5, grain=grain))[1].tobytes()


def _error(data: bytes, steps: Recipe) -> float:
    cleaned = pipeline.result(pipeline.run(pipeline.load(data, steps), steps, previews=False)).raster
    read, truth = (
        re.sub(r"\s+", " ", text).strip() for text in (ocr.read(cleaned, ("eng", "heb")).text, " ".join(TRUTH))
    )
    return min(1.0, Levenshtein.distance(read, truth) / len(truth))
