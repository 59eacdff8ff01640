"""Tesseract's lines in reading order: cut where they run across a gutter, which happens where columns are short."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from fastapi_app.services import boxes
from fastapi_app.services.layout import Box, Line, Region, Word, around
from fastapi_app.services.raster import Raster
from fastapi_app.services.reading_order import Piece, arrange

WIDE = 1.5  # of the height of the line's words: no space between words is wider


def rearranged(lines: Sequence[Line], raster: Raster) -> tuple[Region, ...]:
    """`lines` have their boxes on the original; the order is found on the raster, where they are level."""
    pieces = [piece for line in lines for piece in _pieces(line.words, raster)]
    places = [Piece(" ".join(word.text for word, _ in piece), around([box for _, box in piece])) for piece in pieces]
    return tuple(
        Region.of([Line.of([word for at in row for word, _ in pieces[at]]) for row in region])
        for region in arrange(places)
    )


def _pieces(words: Sequence[Word], raster: Raster) -> Iterator[list[tuple[Word, Box]]]:
    """A line, cut at its wide gaps."""
    placed = [(word, boxes.on_raster(word.box, raster)) for word in words]
    wide = WIDE * median(box[3] for _, box in placed)
    piece = placed[:1]
    for (_, before), after in pairwise(placed):
        if _gap(before, after[1]) > wide:
            yield piece
            piece = []
        piece.append(after)
    yield piece


def _gap(one: Box, other: Box) -> int:
    return max(other[0] - one[0] - one[2], one[0] - other[0] - other[2])
