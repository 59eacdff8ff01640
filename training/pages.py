"""Pages with their truth."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fastapi_app.services.pixels import Pixels


@dataclass(frozen=True, eq=False)
class Pair:
    """A page in colour, what its paper would be without the ink, and its ink: 255 where the truth says so."""

    name: str
    page: Pixels
    paper: Pixels
    ink: Pixels


def pairs(folder: Path) -> list[Pair]:
    """NAME.png with NAME.gt.png beside it."""
    found = []
    for truth in sorted(folder.glob("*.gt.png")):
        page = np.asarray(cv2.imread(str(truth).replace(".gt.png", ".png"), cv2.IMREAD_COLOR))
        marked = np.asarray(cv2.imread(str(truth), cv2.IMREAD_GRAYSCALE))
        ink = cv2.threshold(marked, 127, 255, cv2.THRESH_BINARY_INV)[1]
        found.append(Pair(truth.name.removesuffix(".gt.png"), page, without_ink(page, ink), ink))
    return found


def without_ink(page: Pixels, ink: Pixels) -> Pixels:
    """The page with its ink painted over by its surroundings, from near to far, and as grainy as they are."""
    bare = cv2.dilate(ink, np.ones((9, 9), np.uint8)) == 0
    filled, known = page.astype(np.float32), bare.copy()
    for scale in (4, 12, 40):
        near, weight = _spread(page, bare, scale)
        new = ~known & (weight > 0.05)
        filled[new] = near[new]
        known |= new
    grain = float(np.median(np.abs(np.diff(page[:, :, 1].astype(np.float32), axis=1)))) * 1.05
    noise = np.random.default_rng(0).normal(0, max(0.5, grain), ink.shape).astype(np.float32)
    filled[~bare] += noise[~bare][:, None]
    return np.clip(filled, 0, 255).astype(np.uint8)


def _spread(page: Pixels, bare: Pixels, scale: int) -> tuple[Pixels, Pixels]:
    """The mean of the bare pixels around every place, and their share."""
    height, width = bare.shape
    small = (max(1, width // scale), max(1, height // scale))
    masked = page * bare[:, :, None].astype(np.uint8)
    total = cv2.blur(cv2.resize(masked.astype(np.float32), small, interpolation=cv2.INTER_AREA), (3, 3))
    share = cv2.blur(cv2.resize(bare.astype(np.float32), small, interpolation=cv2.INTER_AREA), (3, 3))
    mean = total / np.maximum(share, 1e-4)[:, :, None]
    return cv2.resize(mean, (width, height)), cv2.resize(share, (width, height))


def contrast_of(page: Pixels, paper: Pixels, ink: Pixels) -> float:
    """How much of the paper's light the ink takes away."""
    return float(np.clip(1 - cv2.mean(page, ink)[0] / max(1.0, cv2.mean(paper, ink)[0]), 0.05, 0.95))
