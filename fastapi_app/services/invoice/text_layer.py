"""The text that a PDF's page holds as text, as if it had been recognised: no letter is guessed.

PDFium gives the letters of a stretch in logical order; where the stretches stand decides how they are read.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from fastapi_app.services import pdf_text
from fastapi_app.services.headers import Limits
from fastapi_app.services.layout import Box, Line, Page, Region, Word, around, mean_confidence
from fastapi_app.services.pdf_text import UNKNOWN, Glyph, Sheet
from fastapi_app.services.reading_order import Piece, arrange

ENGINE = "text-layer"
SURE = 1.0
HIDDEN = 0.9  # somebody's recognition, laid over the scan
MOST_GLYPHS = 50_000  # a page of a dictionary has ten thousand
MOST_PIECES = 2_000  # more are read as they were drawn; the order is found in quadratic time
JUNK = 0.1  # share of letters that the font does not tell
SPEAKING = 0.4  # share of letters and digits; fonts whose codes mean something else give mostly signs
FEWEST_WORDS = 30  # a scan with fewer has a stamp on it, not its text
SAME_LINE = 0.5  # of the height: how far apart the middles of a stretch may be
APART = 0.6  # of the height: no letters of a word are further from each other
WIDE = 1.5  # of the height: no space between words of a stretch is wider

Letters = Sequence[Glyph]


def read(data: bytes, frame: int, languages: Sequence[str], limits: Limits) -> Page | None:
    """The page as its text layer has it, boxes in pixels as `pdf.render` draws it; None if it has to be recognised.

    Raises UnusableImage, BadParameter.
    """
    sheet = pdf_text.read(data, frame, limits, most=MOST_GLYPHS)
    words = [letters for letters in _words(sheet.glyphs) if _is_on(letters, sheet)]
    if not _is_usable(words, sheet):
        return None
    regions = tuple(_regions([*_stretches(words)]))
    return Page(
        width=sheet.frame.width,
        height=sheet.frame.height,
        languages=tuple(languages),
        engine=ENGINE,
        confidence=mean_confidence([word for region in regions for line in region.lines for word in line.words]),
        regions=regions,
    )


def _is_usable(words: Sequence[Letters], sheet: Sheet) -> bool:
    letters = [glyph for word in words for glyph in word]
    if not letters or len(sheet.glyphs) == MOST_GLYPHS:
        return False
    if sheet.is_scan and len(words) < FEWEST_WORDS and not all(glyph.is_hidden for glyph in letters):
        return False
    unknown = sum(glyph.text == UNKNOWN for glyph in letters)
    speaking = sum(glyph.text.isalnum() for glyph in letters)
    leaders = sum(glyph.text in "._-…" for glyph in letters)  # of tables of contents and of forms
    return unknown <= JUNK * len(letters) and speaking >= SPEAKING * (len(letters) - leaders) > 0


def _is_on(word: Letters, sheet: Sheet) -> bool:
    """Some of it is on the page; what was cropped away nobody sees."""
    box = _box(word)
    return 0 <= box[0] + box[2] / 2 <= sheet.frame.width and 0 <= box[1] + box[3] / 2 <= sheet.frame.height


def _words(glyphs: Letters) -> Iterator[Letters]:
    """Ended by white space, by a gap, or by another line."""
    word: list[Glyph] = []
    for glyph in glyphs:
        is_space = glyph.text.isspace() or not glyph.text.isprintable()
        if word and (is_space or not _goes_on(word[-1], glyph)):
            yield word
            word = []
        if not is_space:
            word.append(glyph)
    if word:
        yield word


def _goes_on(before: Glyph, after: Glyph) -> bool:
    if not (before.is_level and after.is_level):
        return before.is_level == after.is_level
    height = max(before.height, after.height)
    return abs(before.middle - after.middle) < SAME_LINE * height and _gap(before, after) < APART * height


def _gap(one: Glyph, other: Glyph) -> float:
    return max(other.left - one.right, one.left - other.right)


def _stretches(words: Sequence[Letters]) -> Iterator[list[Letters]]:
    """Words of a line with only spaces between them, in the order in which they were drawn."""
    stretch = [*words[:1]]
    for before, after in pairwise(words):
        if not _are_neighbours(before, after):
            yield stretch
            stretch = []
        stretch.append(after)
    yield stretch


def _are_neighbours(one: Letters, other: Letters) -> bool:
    if not (one[0].is_level and other[0].is_level):
        return one[0].is_level == other[0].is_level
    (x, y, width, height), (left, top, broad, high) = _box(one), _box(other)
    in_line = abs(y + height / 2 - top - high / 2) < SAME_LINE * min(height, high)
    return in_line and max(left - x - width, x - left - broad) < WIDE * max(height, high)


def _regions(stretches: Sequence[list[Letters]]) -> Iterator[Region]:
    """Level text as it is read, what stands on its side after it."""
    level = [stretch for stretch in stretches if stretch[0][0].is_level]
    for region in _arranged(level):
        yield Region.of([Line.of([_word(word) for at in row for word in level[at]]) for row in region])
    for stretch in stretches:
        if not stretch[0][0].is_level:
            yield Region.of([Line.of([_word(word) for word in stretch])])


def _arranged(stretches: Sequence[list[Letters]]) -> list[list[list[int]]]:
    if len(stretches) > MOST_PIECES:
        return [[[at] for at in range(len(stretches))]]
    return arrange([Piece(" ".join(map(_text, each)), around([_box(word) for word in each])) for each in stretches])


def _word(letters: Letters) -> Word:
    is_hidden = all(glyph.is_hidden for glyph in letters)
    return Word(text=_text(letters), confidence=HIDDEN if is_hidden else SURE, box=_box(letters))


def _text(letters: Letters) -> str:
    return "".join(glyph.text for glyph in letters)


def _box(letters: Letters) -> Box:
    left, top = round(min(glyph.left for glyph in letters)), round(min(glyph.top for glyph in letters))
    right, bottom = round(max(glyph.right for glyph in letters)), round(max(glyph.bottom for glyph in letters))
    return (left, top, right - left, bottom - top)
