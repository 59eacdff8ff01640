"""The learned binarization: the only caller of its network, which `training/` made and onnxruntime runs.

A small residual U-Net says of every pixel how likely it is ink (models/binarizer.md: what it was trained on, and how
well it does). Pages go through it in overlapping tiles, so that memory stays bounded; strokes broader than those that
it has seen are shown to it on a smaller copy, white on black as its negative.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastapi_app.services import edge_levels, strokes
from fastapi_app.services.background import background
from fastapi_app.services.denoise import denoise
from fastapi_app.services.errors import EngineUnavailable
from fastapi_app.services.pixels import Pixels, halve

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL = Path(__file__).parent / "models" / "binarizer.onnx"
GRAIN = 32  # the network's coarsest level: tiles are so many times as large
TILE, MARGIN = 1024, 64
LEAST = -0.5  # logarithm of the odds from which on a pixel is ink: where the F-measure was best on pages kept apart
BROAD = 11.0  # pixels: no page of the training has broader strokes
WHITE_ON_BLACK = 0.6  # of the surroundings of edges dark
ONE_LEVEL = 0.6  # of the page exactly white: it was never on paper


def binarize(gray: Pixels) -> Pixels:
    """(h, w) uint8 of 0 and 255 from a gray page. Raises EngineUnavailable without the model or onnxruntime.

    Pages that a program drew are left to `edge_levels`: paper is what the network knows.
    """
    if strokes.dark_share(gray) > WHITE_ON_BLACK:
        return cv2.bitwise_not(_dark_on_bright(cv2.bitwise_not(gray)))
    return _dark_on_bright(gray)


def _dark_on_bright(gray: Pixels) -> Pixels:
    plain = edge_levels.binarize(gray)
    if _is_drawn(gray):
        return plain
    shown, broad = gray, strokes.width(plain)
    while broad > BROAD:
        shown, broad = halve(shown), broad / 2
    odds = cv2.resize(ink(denoise(shown)), gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(odds > LEAST, np.uint8(0), np.uint8(255))


def _is_drawn(gray: Pixels) -> bool:
    """True for white without any grain."""
    return cv2.countNonZero(cv2.inRange(gray, 254, 255)) > ONE_LEVEL * gray.size


def ink(gray: Pixels) -> Pixels:
    """(h, w) float32: above 0 a pixel is ink; the logarithm of the odds."""
    height, width = gray.shape
    filled: Pixels = np.pad(planes(gray), ((0, 0), (0, -height % GRAIN), (0, -width % GRAIN)), mode="edge")
    logits: Pixels = np.empty(filled.shape[1:], np.float32)
    for top, bottom, rows in tiles(filled.shape[1]):
        for left, right, columns in tiles(filled.shape[2]):
            tile = _run(filled[:, top:bottom, left:right])
            logits[rows, columns] = tile[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return logits[:height, :width]


def tiles(length: int) -> Iterator[tuple[int, int, slice]]:
    """For a multiple of GRAIN: (start, end) of what the network sees at once, and the part that is kept of it."""
    count = max(1, -(-(length - 2 * MARGIN) // (TILE - 2 * MARGIN)))
    seen = min(length, -(-(length - 2 * MARGIN) // (count * GRAIN)) * GRAIN + 2 * MARGIN)
    kept = 0
    for number in range(count):
        start = min(number * (seen - 2 * MARGIN), length - seen)
        upto = length if number == count - 1 else start + seen - MARGIN
        yield start, start + seen, slice(kept, upto)
        kept = upto


def _run(seen: Pixels) -> Pixels:
    session = load(MODEL, cv2.getNumThreads())
    answer: Pixels = session.run(None, {"planes": seen[None].astype(np.float32) / 127.5 - 1})[0]
    return np.asarray(answer[0, 0])


@cache
def load(model: Path, threads: int) -> "InferenceSession":
    """Once a process, in some 50 ms. Raises EngineUnavailable."""
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineUnavailable("onnxruntime cannot be loaded.") from error
    if not model.is_file():
        raise EngineUnavailable("The model of the learned binarization is missing.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def planes(gray: Pixels) -> Pixels:
    """(4, h, w) uint8, what the network sees of a page: gray, without its shading, local contrast, page contrast.

    Local contrast is the distance to the mean of the surroundings in their deviations, 128 at the mean, 32 a deviation.
    Page contrast is 255 for paper and 128 half-way up the page's strong edges, wherever on the page.
    """
    size = gray.shape[::-1]
    flat = cv2.divide(gray, cv2.resize(background(gray), size, interpolation=cv2.INTER_LINEAR), scale=255)
    mean, deviation = (cv2.resize(each, size, interpolation=cv2.INTER_LINEAR) for each in _surroundings(flat))
    local = cv2.subtract(flat, mean, mean, dtype=cv2.CV_32F)  # in place: four bytes a pixel are much on a large page
    local = cv2.divide(local, deviation, local, scale=32)
    np.clip(np.add(local, 128, out=local), 0, 255, out=local)
    stretch = 127 / max(8.0, 255 - _edge_level(flat))
    whole = cv2.LUT(flat, np.clip(255 - (255 - np.arange(256)) * stretch, 0, 255).astype(np.uint8))
    return np.stack((gray, flat, local.astype(np.uint8), whole))


def _edge_level(flat: Pixels) -> float:
    """The mean brightness of the pixels on the page's strong edges."""
    kernel = np.ones((3, 3), np.uint8)
    slope = cv2.subtract(cv2.dilate(flat, kernel), cv2.erode(flat, kernel))
    _, edges = cv2.threshold(slope, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(cv2.mean(flat, edges)[0]) if edges.any() else 128.0


def _surroundings(flat: Pixels) -> tuple[Pixels, Pixels]:
    """float32 mean and deviation (at least 4 levels) in windows of about 100 pixels, at a quarter of the size."""
    small = halve(halve(flat)).astype(np.float32)
    window = (25, 25)
    mean = cv2.blur(small, window)
    variance = cv2.blur(small * small, window) - mean * mean
    return mean, np.sqrt(np.maximum(variance, 0)) + np.float32(4)
