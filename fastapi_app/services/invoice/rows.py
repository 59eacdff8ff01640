"""A read page as rows of cells: what stands side by side is one row, a wide gap begins a new cell.

Engines cut a page into lines each in their own way: Tesseract by columns, RapidOCR by pieces. Invoices are tables, so
the words are put in rows anew, on the slope that the page's own lines have.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from fastapi_app.services.layout import Box, Line, Page, Word, around, direction_of, mean_confidence

GAP = 1.3  # of the height of a line: wider, and the next word begins a new cell
SAME_ROW = 0.5  # of the lower of two cells: how far apart the middles of a row may be
BLOCK_GAP = 1.1  # of the height of a line, between the lines of an address
STEEPEST = 0.3
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e]")
LONG_LINE = 6  # heights: shorter lines do not tell a slope


@dataclass(frozen=True)
class Span:
    """Some words of a page; `raw` is what they were read as, `page` is counted from 1."""

    raw: str
    page: int
    words: tuple[Word, ...]

    @property
    def box(self) -> Box:
        return around([word.box for word in self.words])

    @property
    def sureness(self) -> float:
        return mean_confidence(self.words)

    def __add__(self, other: "Span") -> "Span":
        return Span(f"{self.raw} {other.raw}", self.page, self.words + other.words)


@dataclass(frozen=True, eq=False)
class Cell:
    """Words with only spaces between them, in logical order. `middle` is where it stands on a level page."""

    page: int
    words: tuple[Word, ...]
    middle: float

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        return around([word.box for word in self.words])

    @cached_property
    def height(self) -> float:
        return float(median(word.box[3] for word in self.words))

    @property
    def left(self) -> int:
        return self.box[0]

    @property
    def right(self) -> int:
        return self.box[0] + self.box[2]

    @property
    def span(self) -> Span:
        return Span(self.text, self.page, self.words)


@dataclass(frozen=True, eq=False)
class Row:
    """Cells in the direction of reading. In `text` a tab stands between cells, a space between words."""

    page: int
    cells: tuple[Cell, ...]

    @cached_property
    def text(self) -> str:
        return "\t".join(cell.text for cell in self.cells)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for cell in self.cells for word in cell.words)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for word in self.words:
            starts.append(at)
            at += len(word.text) + 1
        return starts

    @cached_property
    def box(self) -> Box:
        return around([cell.box for cell in self.cells])

    @property
    def middle(self) -> float:
        return self.cells[0].middle

    @cached_property
    def height(self) -> float:
        return float(median(cell.height for cell in self.cells))

    def span(self, start: int, end: int) -> Span:
        """The characters of `text` from start to end, and the words that they belong to."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = max(first, bisect_right(self._starts, max(start, end - 1)) - 1)
        return Span(self.text[start:end].strip(), self.page, self.words[first : last + 1])


def rows_of(pages: Sequence[Page]) -> list[Row]:
    """The rows of all pages, from top to bottom."""
    return [row for number, page in enumerate(pages, 1) for row in _rows(page, number)]


def _rows(page: Page, number: int) -> Iterator[Row]:
    runs = [run for line in page.lines for run in _runs(_without_marks(line))]
    slope = _slope(runs)
    cells = sorted((_cell(run, number, slope) for run in runs), key=lambda cell: cell.middle)
    leftward = direction_of(page.text) == "rtl"
    for row in _clusters(cells):
        yield Row(number, tuple(sorted(row, key=lambda cell: -cell.right if leftward else cell.left)))


def _without_marks(line: Line) -> Line:
    """Tesseract sets marks of direction beside numbers in Hebrew."""
    if not _MARKS.search(line.text):
        return line
    bare = [word.model_copy(update={"text": _MARKS.sub("", word.text)}) for word in line.words]
    return line.model_copy(update={"words": tuple(word for word in bare if word.text)})


def _slope(runs: Sequence[Sequence[Word]]) -> float:
    """By how much lines sink to the right, pixels a pixel; what an engine has put in one line across a gap tells
    nothing, on a page askew it may be of two."""
    slopes = [_slope_of(run) for run in runs if len(run) > 1 and _is_long(run)]
    return max(-STEEPEST, min(STEEPEST, median(slopes))) if slopes else 0.0


def _is_long(run: Sequence[Word]) -> bool:
    _, _, width, height = around([word.box for word in run])
    return width > LONG_LINE * height


def _slope_of(run: Sequence[Word]) -> float:
    first, last = sorted((run[0].box, run[-1].box))
    across = last[0] + last[2] / 2 - first[0] - first[2] / 2
    return (last[1] + last[3] / 2 - first[1] - first[3] / 2) / across if across else 0.0


def _runs(line: Line) -> Iterator[list[Word]]:
    """A line, cut at its wide gaps."""
    if not line.words:
        return
    height = median(word.box[3] for word in line.words)
    run = [line.words[0]]
    for word in line.words[1:]:
        if _gap(run[-1].box, word.box) > GAP * height:
            yield run
            run = []
        run.append(word)
    yield run


def _gap(one: Box, other: Box) -> int:
    return max(other[0] - one[0] - one[2], one[0] - other[0] - other[2])


def _cell(words: Sequence[Word], page: int, slope: float) -> Cell:
    x, y, width, height = around([word.box for word in words])
    return Cell(page, tuple(words), y + height / 2 - slope * (x + width / 2))


def _clusters(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells that stand side by side; they come from top to bottom."""
    clusters: list[list[Cell]] = []
    for cell in cells:
        near = [row for row in clusters[-4:] if _stands_in(cell, row)]
        if near:
            min(near, key=lambda row: abs(cell.middle - row[0].middle)).append(cell)
        else:
            clusters.append([cell])
    return clusters


def _stands_in(cell: Cell, row: Sequence[Cell]) -> bool:
    nearest = min(row, key=lambda other: _gap(cell.box, other.box))
    reach = SAME_ROW * min(cell.height, nearest.height)
    return abs(cell.middle - nearest.middle) < reach and all(_gap(cell.box, other.box) > -reach for other in row)


def blocks_of(rows: Sequence[Row]) -> list[list[Cell]]:
    """Cells that stand closely below each other, such as the lines of an address; blocks from top to bottom."""
    blocks: list[list[Cell]] = []
    for row in rows:
        for cell in row.cells:
            above = [block for block in blocks[-8:] if _continues(block[-1], cell)]
            if above:
                min(above, key=lambda block: abs(block[-1].left - cell.left)).append(cell)
            else:
                blocks.append([cell])
    return blocks


def _continues(above: Cell, below: Cell) -> bool:
    if above.page != below.page:
        return False
    height = max(above.height, below.height)
    overlap = min(above.right, below.right) - max(above.left, below.left)
    return overlap > 0 and 0 < below.middle - above.middle < (1 + BLOCK_GAP) * height
