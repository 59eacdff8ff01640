"""A table with a row for each page, block, paragraph, line and word: the columns and levels of Tesseract's TSV."""

from collections.abc import Iterator, Sequence

from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.formats.parts import percent, within, words_of
from fastapi_app.services.layout import Box, Page

COLUMNS = ("level", "page_num", "block_num", "par_num", "line_num", "word_num",
           "left", "top", "width", "height", "conf", "text")  # fmt: skip
NO_CONFIDENCE = -1

Row = tuple[int | str, ...]


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    """UTF-8. Words in logical order; `conf` in percent, -1 for what is no word."""
    rows: list[Row] = [COLUMNS]
    for number, page in enumerate(pages, start=1):
        rows += _rows(page, number)
    return "".join("\t".join(str(cell) for cell in row) + "\n" for row in rows).encode()


def _rows(page: Page, number: int) -> Iterator[Row]:
    def row(place: Sequence[int], box: Box, confidence: int = NO_CONFIDENCE, text: str = "") -> Row:
        numbers = (number, *place, 0, 0, 0, 0)[:5]
        return (len(place) + 1, *numbers, *within(box, page), confidence, text)

    yield row((), (0, 0, page.width, page.height))
    for block, region in enumerate(page.regions, start=1):
        yield row((block,), region.box)
        yield row((block, 1), region.box)
        for at, line in enumerate(region.lines, start=1):
            yield row((block, 1, at), line.box)
            for nth, word in enumerate(words_of(line), start=1):
                yield row((block, 1, at, nth), word.box, percent(word.confidence), word.text)
