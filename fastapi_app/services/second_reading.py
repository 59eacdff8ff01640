"""RapidOCR's part of a page: all of it, or only what Tesseract is not sure of.

RapidOCR finds the pieces of text. Where Tesseract has filled a piece with words that it is sure of, they stay; the rest
is read again, and all is put in reading order.
"""

from collections.abc import Sequence

import numpy as np

from fastapi_app.services import boxes, rapid
from fastapi_app.services.layout import Box, Line, Region, Word, around
from fastapi_app.services.pixels import to_gray
from fastapi_app.services.raster import Raster, reduce
from fastapi_app.services.reading_order import Piece, arrange
from fastapi_app.services.shade import remove_shading

SURE = 0.88  # confidence of a word of Tesseract; pages came out best between 0.85 and 0.93
SURE_PAGE = 0.99  # share of a page's letters that stand in such words: from here on nothing is read again
UNREAD = 0.1  # share of the ink: rules and pictures, or else text that Tesseract has not seen
LOOK_LONGEST = 1000
INK = 160  # below this, with the paper at 255, is ink
FILLED = 0.8  # of a piece's width
PADDING = 0.4  # of a piece's height: how much broader than its words it is found
TALL = 1.3  # of a piece's height: what is taller does not stand in it


def is_needed(raster: Raster, first: Sequence[Word]) -> bool:
    """Whether Tesseract is unsure of some of its words, or has left ink unread."""
    letters = sum(len(word.text) for word in first)
    sure = sum(len(word.text) for word in first if word.confidence >= SURE)
    return letters == 0 or sure < SURE_PAGE * letters or _unread(raster, first) > UNREAD


def _unread(raster: Raster, words: Sequence[Word]) -> float:
    """Share of the page's ink that stands in none of the words."""
    look = reduce(raster, LOOK_LONGEST)
    ink = remove_shading(to_gray(look.pixels)) < INK
    dark = int(np.count_nonzero(ink))
    for word in words:
        x, y, width, height = boxes.on_raster(word.box, look)
        ink[max(0, y - height // 4) : y + height + height // 4, max(0, x - height // 4) : x + width + height // 4] = (
            False
        )
    return int(np.count_nonzero(ink)) / max(1, dark)


def regions(raster: Raster, first: Sequence[Word] = ()) -> tuple[tuple[Region, ...], int]:
    """The page, boxes in pixels of the original, and how many of its words RapidOCR has read. `first`: those that
    Tesseract has. Raises EngineUnavailable."""
    small = reduce(raster, rapid.longest_for(raster.width, raster.height))
    quads = rapid.find(small.pixels)
    places = [rapid.upright(quad) for quad in quads]
    standing = _standing(first, places, small)
    kept = [_is_kept(words, place) for words, place in zip(standing, places, strict=True)]
    again = iter(rapid.read(small.pixels, [quad for quad, keep in zip(quads, kept, strict=True) if not keep]))
    read = [[] if keep else next(again) for keep in kept]
    pieces = [
        _piece([(_on_original(word, small), word.box) for word in mine] or theirs, place)
        for mine, theirs, place in zip(read, standing, places, strict=True)
        if mine or theirs
    ]
    found = [
        Region.of([Line.of([word for at in row for word in pieces[at][1]]) for row in region])
        for region in arrange([piece for piece, _ in pieces])
    ]
    return tuple(found), sum(map(len, read))


def _piece(words: Sequence[tuple[Word, Box]], place: Box) -> tuple[Piece, list[Word]]:
    """As broad as its words, as high as it was found."""
    x, _, width, _ = around([box for _, box in words])
    return Piece(" ".join(word.text for word, _ in words), (x, place[1], width, place[3])), [word for word, _ in words]


def _on_original(word: Word, small: Raster) -> Word:
    return word.model_copy(update={"box": boxes.on_original(word.box, small)})


def _standing(words: Sequence[Word], places: Sequence[Box], small: Raster) -> list[list[tuple[Word, Box]]]:
    """The words that stand in each place, from left to right, with their boxes on the raster."""
    found: list[list[tuple[Word, Box]]] = [[] for _ in places]
    for word in words:
        box = boxes.on_raster(word.box, small)
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        around_it = [at for at, place in enumerate(places) if _holds(place, x, y)]
        if around_it:
            nearest = min(around_it, key=lambda at: abs(places[at][1] + places[at][3] / 2 - y))
            found[nearest].append((word, box))
    return [sorted(each, key=lambda pair: pair[1][0]) for each in found]


def _holds(place: Box, x: float, y: float) -> bool:
    left, top, width, height = place
    return left <= x <= left + width and top <= y <= top + height


def _is_kept(words: Sequence[tuple[Word, Box]], place: Box) -> bool:
    """Whether all are sure and together fill the place."""
    if not words or min(word.confidence for word, _ in words) < SURE:
        return False
    _, _, width, height = place
    _, _, filled, _ = around([box for _, box in words])
    tallest = max(box[3] for _, box in words)
    return filled >= FILLED * (width - PADDING * height) and tallest < TALL * height
