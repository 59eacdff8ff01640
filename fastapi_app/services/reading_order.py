"""In which order the pieces of a page are read: rows of a table stay rows, columns of prose are read one by one.

A piece is a stretch of text with only spaces between its words, as engines that look for text find it. Two that stand
side by side are one row, unless a gutter runs between them: an empty corridor whose sides do not keep step, or are both
prose. Rows are then sorted by Breuel's two rules (High performance document layout analysis, 2003).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from fastapi_app.services.layout import Box, direction_of
from fastapi_app.services.pixels import Pixels

SAME_ROW = 0.5  # of the lower of two pieces: how far apart the middles of a row may be
IN_STEP = 0.25  # the same, of lines of two columns that keep step
KEEPS_STEP = 0.65  # share of a side's pieces; sides that have nothing to do with each other come to some 0.4
FEWEST = 4  # pieces a side; below, there is no saying
PROSE = 4  # words of the middle piece of a side
FULL = 0.6  # of the longest piece of a side: what the middle line of prose reaches
PADDING = 0.25  # of the height: how much wider than its ink the box of a piece may be
NARROWEST = 0.6  # of the height of a line: gutter, between boxes without their padding
NUMBERED = 5  # lines: fewer numbers are not a numbering
LONG_NUMBER = 5  # digits
NEW_REGION = 1.0  # of the height of a row: from this gap on, the next begins a new region


class Piece(NamedTuple):
    """Its text and its box, on a page whose lines are level."""

    text: str
    box: Box


@dataclass(frozen=True)
class _Placed:
    """Where a piece stands; of a page that is read from right to left, in the mirror."""

    left: float
    top: float
    right: float
    bottom: float
    words: int = 1
    number: int | None = None

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def beside(self, other: "_Placed", reach: float) -> bool:
        return abs(self.middle - other.middle) < reach * min(self.height, other.height)


@dataclass(frozen=True)
class _Corridor:
    """Empty, from `left` to `right`, between the middles of the pieces that stand in its way."""

    left: float
    right: float
    top: float
    bottom: float


def arrange(pieces: Sequence[Piece]) -> list[list[list[int]]]:
    """Numbers of the pieces: regions of rows, all in reading order; columns from right to left where most letters go
    so."""
    mirror = -1 if direction_of("".join(piece.text for piece in pieces)) == "rtl" else 1
    placed = [_placed(piece, mirror) for piece in pieces]
    rows, gutters = _rows(placed)
    bounds = [_bounds([placed[at] for at in row]) for row in rows]
    ordered = _sorted(bounds, gutters)
    return [[rows[at] for at in region] for region in _regions(ordered, bounds)]


def _placed(piece: Piece, mirror: int) -> _Placed:
    x, y, width, height = piece.box
    left, right = sorted((mirror * x, mirror * (x + width)))
    pad = min(PADDING * height, width / 4)
    number = int(piece.text) if piece.text.isdecimal() and len(piece.text) < LONG_NUMBER else None
    return _Placed(left + pad, y, right - pad, y + height, len(piece.text.split()), number)


def _bounds(row: Sequence[_Placed]) -> _Placed:
    return _Placed(
        min(piece.left for piece in row),
        min(piece.top for piece in row),
        max(piece.right for piece in row),
        max(piece.bottom for piece in row),
    )


def _rows(pieces: Sequence[_Placed]) -> tuple[list[list[int]], list[_Corridor]]:
    """Numbers of the pieces of each row, in the direction of reading, and the gutters between rows."""
    following = _followers(pieces)
    cut: dict[tuple[int, int], bool] = {}
    gutters = []
    for before, after in following.items():
        if (before, after) in cut:
            continue
        corridor = _corridor(before, after, pieces)
        left, right = _sides(corridor, pieces[before], pieces[after], pieces)
        columns = [[pieces[at] for at in side] for side in (left, right)]
        is_gutter = _is_gutter(corridor.right - corridor.left, *columns)
        cut |= {(at, following[at]): is_gutter for at in (before, *left) if following.get(at) in (after, *right)}
        if is_gutter:
            gutters.append(corridor)
    linked = {before: after for before, after in following.items() if not cut[before, after]}
    return [_chain(start, linked) for start in range(len(pieces)) if start not in set(linked.values())], gutters


def _chain(start: int, linked: dict[int, int]) -> list[int]:
    chain = [start]
    while chain[-1] in linked:
        chain.append(linked[chain[-1]])
    return chain


def _followers(pieces: Sequence[_Placed]) -> dict[int, int]:
    """The next piece of the same row, if both agree that they are neighbours."""
    after, before = {}, {}
    for at, piece in enumerate(pieces):
        row = [n for n, other in enumerate(pieces) if n != at and piece.beside(other, SAME_ROW)]
        later = [n for n in row if pieces[n].left >= piece.right]
        earlier = [n for n in row if pieces[n].right <= piece.left]
        if later:
            after[at] = min(later, key=lambda n: (pieces[n].left, abs(pieces[n].middle - piece.middle)))
        if earlier:
            before[at] = max(earlier, key=lambda n: (pieces[n].right, -abs(pieces[n].middle - piece.middle)))
    return {at: next_ for at, next_ in after.items() if before.get(next_) == at}


def _corridor(before: int, after: int, pieces: Sequence[_Placed]) -> _Corridor:
    """What is empty between two neighbours, as far up and down as it goes."""
    left, right = pieces[before].right, pieces[after].left
    middle = pieces[before].middle
    top, bottom = -np.inf, np.inf
    for piece in sorted(pieces, key=lambda other: abs(other.middle - middle)):
        if piece.right <= left or piece.left >= right or not top < piece.middle < bottom:
            continue
        rests = [(max(left, piece.right), right), (left, min(right, piece.left))]
        rest = max(rests, key=lambda gap: gap[1] - gap[0])
        if rest[0] < rest[1]:
            left, right = rest
        elif piece.middle > middle:
            bottom = piece.middle
        else:
            top = piece.middle
    return _Corridor(left, right, top, bottom)


def _sides(
    corridor: _Corridor, before: _Placed, after: _Placed, pieces: Sequence[_Placed]
) -> tuple[list[int], list[int]]:
    """The columns, as long as the corridor, that the two neighbours stand in."""
    inside = [at for at, piece in enumerate(pieces) if corridor.top < piece.middle < corridor.bottom]
    lefts = [at for at in inside if pieces[at].right <= corridor.left and pieces[at].right > before.left]
    rights = [at for at in inside if pieces[at].left >= corridor.right and pieces[at].left < after.right]
    return lefts, rights


def _is_gutter(width: float, left: Sequence[_Placed], right: Sequence[_Placed]) -> bool:
    few, many = sorted((left, right), key=len)
    if len(few) < FEWEST or width < NARROWEST * median(piece.height for piece in few):
        return False
    in_step = sum(any(piece.beside(other, IN_STEP) for other in many) for piece in few) / len(few)
    return in_step < KEEPS_STEP or (_reads_on(left) and _reads_on(right))


def _reads_on(column: Sequence[_Placed]) -> bool:
    """Prose, or numbers of its lines: not the cells of a table."""
    widths = [piece.right - piece.left for piece in column]
    is_prose = median(piece.words for piece in column) >= PROSE and median(widths) >= FULL * max(widths)
    numbers = [piece.number for piece in column if piece.number is not None]
    steps = sum(after == before + 1 for before, after in pairwise(numbers))
    return is_prose or (len(column) >= NUMBERED and steps >= KEEPS_STEP * len(column))


def _sorted(rows: Sequence[_Placed], gutters: Sequence[_Corridor]) -> list[int]:
    """Numbers of the rows from top to bottom, but every row after those above it, and after those across a gutter."""
    first = _comes_first(rows, gutters)
    order: list[int] = []
    seen: set[int] = set()

    def visit(at: int) -> None:
        seen.add(at)
        for earlier in by_height:
            if first[earlier, at] and earlier not in seen:
                visit(earlier)
        order.append(at)

    by_height = sorted(range(len(rows)), key=lambda at: (rows[at].middle, rows[at].left))
    for at in by_height:
        if at not in seen:
            visit(at)
    return order


def _comes_first(rows: Sequence[_Placed], gutters: Sequence[_Corridor]) -> Pixels:
    """(n, n) bool."""
    left, right, middle = (np.array([getattr(row, side) for row in rows]) for side in ("left", "right", "middle"))
    above = middle[:, None] < middle[None, :]
    first = above & (np.minimum(right[:, None], right[None, :]) > np.maximum(left[:, None], left[None, :]))
    for gutter in gutters:
        inside = (gutter.top < middle) & (middle < gutter.bottom)
        first |= np.outer(inside & (right <= gutter.left), inside & (left >= gutter.right))
    return np.asarray(first)


def _regions(ordered: Sequence[int], rows: Sequence[_Placed]) -> Iterator[list[int]]:
    """A region ends where the next row does not stand closely below."""
    region: list[int] = []
    for at in ordered:
        if region and not _continues(rows[region[-1]], rows[at]):
            yield region
            region = []
        region.append(at)
    if region:
        yield region


def _continues(above: _Placed, below: _Placed) -> bool:
    gap = below.top - above.bottom
    overlap = min(above.right, below.right) > max(above.left, below.left)
    return overlap and -above.height < gap < NEW_REGION * min(above.height, below.height)
