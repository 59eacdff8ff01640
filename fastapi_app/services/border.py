"""What lies around a scanned page becomes paper: the scanner's or copier's black rim, the neighbouring page's edge.

The page is the largest area of paper on a small copy from which writing has been closed away. What lies between it and
the edge of the image is its border, if that is narrow and goes on evenly along a side; writing or a picture that
touches the edge is neither.
"""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from fastapi_app.services.background import background, odd
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels, enlarged, halved, is_bilevel, median, small_copy, to_gray
from fastapi_app.services.raster import Matrix

LONGEST = 500  # pixels of the copy
WRITING = 0.015  # of its longer side: what is dark and narrower
DARK = 0.55  # of the paper's brightness: what is no paper
EVEN = 0.06  # of the side: what is shorter along it is no border
FILL_LONGEST = 200
FILL_REACH = 3  # pixels of that copy
DEEPEST = 25.0  # per cent


@dataclass(frozen=True, eq=False)
class Border:
    """mask: bool, on a small copy of the page, True on its border. depths: in pixels of the copy, how deep that is at
    most on the left, at the top, on the right and at the bottom."""

    mask: Matrix
    depths: tuple[int, ...]

    @property
    def share(self) -> float:
        """Of the page, 0 to 1."""
        return float(self.mask.mean())


def find(gray: Pixels, depth: float = 10.0, longest: int = LONGEST) -> Border:
    """The border of a page, at most `depth` per cent of width and height deep, on a copy of at most `longest` pixels.

    Raises BadParameter.
    """
    if not 1 <= depth <= DEEPEST:
        raise BadParameter(f"The border is between 1 and {DEEPEST:g} per cent deep.")
    small = small_copy(gray, longest)
    outside = _outside(small)
    mask = np.zeros(small.shape, bool)
    # Left, then the others turned to the left; the views share their memory.
    turned = [(np.rot90(outside, turns), np.rot90(mask, turns)) for turns in range(4)]
    return Border(mask, tuple(_mark(*side, depth / 100) for side in turned))


def clean_border(image: Pixels, depth: float = 10.0) -> Pixels:
    """The page with its border painted as paper; the page itself where it has none."""
    near = halved(image, LONGEST)  # which both looks begin with
    border = find(to_gray(near), depth)
    if not border.mask.any():
        return image
    paper = np.full_like(image[:1, :1], 255) if is_bilevel(image) else _paper(near, border.mask)
    mask = _grown(border.mask, 3)
    clean = image.copy()
    for rows, columns in _rims(border, image.shape):
        rim = clean[rows, columns]
        size = (rows, columns, image.shape[:2])
        rim[...] = cv2.copyTo(enlarged(paper, *size), enlarged(mask, *size), np.ascontiguousarray(rim))
    return clean


def _rims(border: Border, shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """Rows and columns of a page of this shape that hold its border: left, right, and between them top and bottom."""
    height, width = shape[:2]
    # Two pixels of the copy more, since the mask is grown by one and enlarged softly.
    across, down = width / border.mask.shape[1], height / border.mask.shape[0]
    left, top, right, bottom = (
        min(ceil((depth + 2) * scale), side // 2) if depth else 0
        for depth, scale, side in zip(border.depths, (across, down) * 2, (width, height) * 2, strict=True)
    )
    rows, columns = slice(0, height), slice(left, width - right)
    sides = [(rows, slice(0, left)), (rows, slice(width - right, width))]
    ends = [(slice(0, top), columns), (slice(height - bottom, height), columns)]
    return [(down, along) for down, along in sides + ends if down.stop > down.start and along.stop > along.start]


def _outside(small: Pixels) -> Matrix:
    """bool (h, w): all that is not the page."""
    size = odd(WRITING * max(small.shape))
    # Continued over the edge, so that a rim narrower than writing is not closed away.
    wider = cv2.copyMakeBorder(small, size, size, size, size, cv2.BORDER_REPLICATE)
    paper = cv2.morphologyEx(wider, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))[size:-size, size:-size]
    bright = (paper >= DARK * _usual(paper)).astype(np.uint8)
    count, labels, facts, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count < 2:
        return np.zeros(small.shape, bool)
    return np.asarray(labels != 1 + int(facts[1:, cv2.CC_STAT_AREA].argmax()))


def _usual(paper: Pixels) -> int:
    """Brightness of the paper in the middle of the page."""
    height, width = paper.shape
    return median(paper[height // 5 : height - height // 5, width // 5 : width - width // 5])


def _mark(outside: Matrix, mask: Matrix, depth: float) -> int:
    """Marks the border on the left: the runs of what is outside, row by row, where they go on evenly; the longest."""
    height, width = outside.shape
    deepest = max(1, int(depth * width))
    inner = outside[:, : deepest + 1]
    runs = np.where(inner.all(axis=1), deepest + 1, inner.argmin(axis=1))
    runs = _even(_round_corners(runs, deepest, max(1, int(depth * height))), odd(EVEN * height))
    longest = int(runs.max())
    mask[:, :longest] |= np.arange(longest) < runs[:, None]
    return longest


def _round_corners(runs: Matrix, deepest: int, corner: int) -> Matrix:
    """Rows that are outside too deeply lie in the border above or below, near a corner, and go on as their neighbours;
    elsewhere they are a picture that touches the edge."""
    known = np.flatnonzero(runs <= deepest)
    if not len(known):
        return np.zeros_like(runs)
    above, below = known[0], known[-1]
    runs = np.where(runs <= deepest, runs, 0)
    if above <= corner:
        runs[:above] = runs[above]
    if len(runs) - 1 - below <= corner:
        runs[below + 1 :] = runs[below]
    return runs


def _even(runs: Matrix, length: int) -> Matrix:
    """Runs without what sticks out of them for less than `length` rows (an opening)."""
    column, along = runs.astype(np.float32)[:, None], np.ones((length, 1), np.uint8)
    return np.asarray(cv2.morphologyEx(column, cv2.MORPH_OPEN, along, borderType=cv2.BORDER_REPLICATE).ravel())


def _grown(mask: Matrix, by: int) -> Pixels:
    return np.asarray(cv2.dilate(mask.astype(np.uint8) * 255, np.ones((by, by), np.uint8)))


def _paper(image: Pixels, mask: Matrix) -> Pixels:
    """The page's paper, continued over its border, on a small copy with the image's channels."""
    paper = background(image, FILL_LONGEST)
    size = (paper.shape[1], paper.shape[0])
    covered = cv2.resize(_grown(mask, 3), size, interpolation=cv2.INTER_LINEAR)
    near = odd(0.03 * max(size))  # the estimate of the paper is dark beside a dark border, too
    return np.asarray(cv2.inpaint(paper, _grown(covered > 0, near), FILL_REACH, cv2.INPAINT_TELEA))
