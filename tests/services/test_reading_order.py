"""The order of reading: from boxes, and of drawn pages read by RapidOCR."""

from collections.abc import Sequence

import numpy as np
import pytest

from fastapi_app.services import ocr
from fastapi_app.services.raster import Raster
from fastapi_app.services.reading_order import Piece, arrange
from samples import ENGLISH, HEBREW, draw

PROSE = [line for line in ENGLISH if len(line.split()) > 5]
LETTER = 10  # pixels
LEADING = 24


def column(texts: Sequence[str], x: int, y: int, leading: int = LEADING) -> list[Piece]:
    return [Piece(text, (x, y + at * leading, len(text) * LETTER, 20)) for at, text in enumerate(texts)]


def rows(pieces: Sequence[Piece]) -> list[str]:
    return [" | ".join(pieces[at].text for at in row) for region in arrange(pieces) for row in region]


def test_it_works() -> None:
    assert arrange([]) == []
    assert rows(column(["one", "two"], 0, 0)) == ["one", "two"]


def test_columns_of_prose_whose_lines_stand_at_the_same_heights() -> None:
    left, right = column(PROSE[:5], 0, 0), column(PROSE[5:], 800, 0)
    assert rows([*right, *left]) == PROSE


def test_columns_that_do_not_keep_step() -> None:
    notes = ["see there", "not here", "nor there", "a gloss", "and another", "the end"]
    left, right = column(PROSE, 0, 0), column(notes, 800, 9, leading=31)
    assert rows([*left, *right]) == [*PROSE, *notes]


def test_what_runs_across_the_columns_divides_them() -> None:
    across = column(["A heading that runs across the whole of the page" + "." * 80], 0, 150)
    above = [*column(PROSE[:4], 0, 0), *column(PROSE[4:8], 800, 0)]
    below = [*column(PROSE[4:8], 0, 200), *column(PROSE[:4], 800, 200)]
    assert rows([*above, *below, *across]) == [*PROSE[:8], across[0].text, *PROSE[4:8], *PROSE[:4]]


def test_rows_of_a_table_stay_rows() -> None:
    names = ["Ink, iron gall", "Parchment, two skins", "Quills", "Red lead", "Total"]
    amounts = [
        ["12", "1.50", "18.00"],
        ["2", "30.00", "60.00"],
        ["9", "0.10", "0.90"],
        ["1", "4", "4.00"],
        ["", "", "8"],
    ]
    table = column(names, 0, 0)
    for number in range(3):
        cells = column([row[number] for row in amounts], 500 + 150 * number, 2)
        table += [cell for cell in cells if cell.text]
    expected = [" | ".join([name, *filter(None, row)]) for name, row in zip(names, amounts, strict=True)]
    assert rows(table) == expected


def test_what_stands_alone_at_the_right_is_read_where_it_stands() -> None:
    date = Piece("March 21", (900, 0, 80, 20))
    assert rows([*column(["To whom it", "concerns"], 0, 40), date]) == ["March 21", "To whom it", "concerns"]


def test_numbers_of_lines_are_a_column() -> None:
    numbers = column([str(number) for number in range(1, 10)], 0, 0)
    assert rows([*numbers, *column(PROSE[:9], 100, 0)]) == [*(str(number) for number in range(1, 10)), *PROSE[:9]]


def test_hebrew_columns_are_read_from_the_right() -> None:
    lines = [line for line in HEBREW if len(line.split()) > 5]
    right, left = column(lines[:5], 900, 0), column(lines[:5][::-1], 0, 0)
    assert rows([*left, *right]) == [*lines[:5], *lines[:5][::-1]]


def test_pieces_of_a_hebrew_line_go_from_right_to_left() -> None:
    pieces = [Piece("ימין", (500, 0, 80, 20)), Piece("שמאל", (0, 0, 80, 20))]
    assert rows(pieces) == ["ימין | שמאל"]


def test_regions_end_at_gaps() -> None:
    pieces = [*column(["one", "two"], 0, 0), *column(["three"], 0, 200)]
    assert arrange(pieces) == [[[0], [1]], [[2]]]


def two_columns() -> np.ndarray:
    left, right = (draw(lines, width=800, height=520, size=28, margin=40) for lines in (PROSE[:5], PROSE[5:]))
    return np.hstack([left, right])


@pytest.mark.parametrize("engine", ["rapidocr", "auto"])
def test_a_drawn_page_of_two_columns(engine: str) -> None:
    page = ocr.read(Raster(two_columns()), ["eng"], engine=engine)
    assert [line.text for line in page.lines] == PROSE


def test_a_drawn_page_of_two_hebrew_columns() -> None:
    lines = [line for line in HEBREW if len(line.split()) > 5]
    right, left = (draw(part, width=1000, height=400, size=34, margin=60) for part in (lines[:4], lines[3:]))
    page = ocr.read(Raster(np.hstack([left, right])), ["heb"], engine="auto")
    assert [line.text for line in page.lines] == [*lines[:4], *lines[3:]]


def test_a_drawn_table() -> None:
    page = np.full((420, 1300), 255, np.uint8)
    cells = {
        0: ["Parchment", "Ink", "Quills", "Total"],
        600: ["2", "1", "9", "12"],
        900: ["60.00", "1.50", "0.90", "62.40"],
    }
    for left, texts in cells.items():
        page[:, left : left + 400] = draw(texts, width=400, height=420, size=40, margin=60)
    read = ocr.read(Raster(page), ["eng"], engine="rapidocr")
    assert [line.text for line in read.lines] == [" ".join(row) for row in zip(*cells.values(), strict=True)]
