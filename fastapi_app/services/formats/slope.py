"""How lines run across the original: boxes are upright, so on a page that lay askew the slope is in their centres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi_app.services.layout import Box, Line, Page, Word

LEVEL = math.radians(0.2)  # centres of words go up and down with their letters; less than this is no slope
LONG = 4  # heights of a word: shorter lines have no slope that could be measured


@dataclass(frozen=True)
class Placed:
    """A word along its line, in pixels: where it begins along the line and how broad and high it is there."""

    text: str
    along: float
    width: float
    height: float
    across: float


def angle_of(page: Page) -> float:
    """Radians by which the lines run downwards (clockwise), as most of their length says; 0 for level ones."""
    slopes = sorted(slope for line in page.lines if (slope := _slope(line)) is not None)
    half, at = sum(length for _, length in slopes) / 2, 0.0
    for angle, length in slopes:
        at += length
        if at >= half:
            return angle if abs(angle) > LEVEL else 0.0
    return 0.0


def _slope(line: Line) -> tuple[float, float] | None:
    """Angle and length from the first word's centre to the last one's, from left to right; None for a short line."""
    if len(line.words) < 2:
        return None
    first, last = _centre(line.words[0].box), _centre(line.words[-1].box)
    if line.direction == "rtl":
        first, last = last, first
    across, down = last[0] - first[0], last[1] - first[1]
    length = math.hypot(across, down)
    height = min(min(word.box[2:]) for word in line.words)
    return (math.atan2(down, across), length) if length > LONG * height else None


def placed(words: Sequence[Word], angle: float) -> list[Placed]:
    """The words in the order in which they stand, from left to right for whoever turns the page upright."""
    return sorted((_placed(word, angle) for word in words), key=lambda word: word.along)


def _placed(word: Word, angle: float) -> Placed:
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = _centre(word.box)
    width, height = _unturned(word.box, abs(cos), abs(sin))
    return Placed(word.text, x * cos + y * sin - width / 2, width, height, y * cos - x * sin)


def _unturned(box: Box, cos: float, sin: float) -> tuple[float, float]:
    """Sides of the rectangle whose upright bounds, once it is turned, are `box`; near 45° that cannot be told."""
    width, height = box[2:]
    difference = cos * cos - sin * sin
    if abs(difference) < 0.2:
        return max(width, height), min(width, height)
    found = (width * cos - height * sin) / difference, (height * cos - width * sin) / difference
    return max(1.0, found[0]), max(1.0, found[1])


def _centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
