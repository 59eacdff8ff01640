"""Pages of a PDF as their text layer has them."""

import io
from typing import Any

import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image

from fastapi_app.services import formats, pdf
from fastapi_app.services.errors import BadParameter, UnusableImage
from fastapi_app.services.headers import Limits
from fastapi_app.services.invoice import text_layer
from fastapi_app.services.layout import Box, Line, Page, Region, Word
from samples import printed
from samples.printed import Text

INVOICE = printed.lines("Invoice 2024-117\tDate: 14/03/2024", "Paper\t250.00", "Total\t1,170.00")


def layer(data: bytes, frame: int = 0) -> Page | None:
    return text_layer.read(data, frame, ["eng"], Limits())


def found(page: Page | None, text: str) -> Word:
    assert page is not None
    return next(word for line in page.lines for word in line.words if word.text == text)


def ink(data: bytes) -> Box:
    """Around what is drawn on the first page."""
    pixels, _ = pdf.render(data, 0, Limits(), gray=True)
    rows, columns = np.nonzero(pixels < 128)
    return (columns.min(), rows.min(), np.ptp(columns), np.ptp(rows))


def test_rows_of_words() -> None:
    page = layer(printed.pdf([INVOICE]))
    assert page is not None
    assert [line.text for line in page.lines] == ["Invoice 2024-117 Date: 14/03/2024", "Paper 250.00", "Total 1,170.00"]
    assert (page.engine, page.confidence, page.languages) == ("text-layer", 1.0, ("eng",))


def test_the_order_is_that_of_the_places() -> None:
    page = layer(printed.pdf([[*reversed(INVOICE)]]))
    assert page is not None
    assert page.lines[0].text == "Invoice 2024-117 Date: 14/03/2024"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 500, 500, 800)])
def test_boxes_are_pixels_of_the_page_as_it_is_drawn(rotation: int, crop: Any) -> None:
    data = printed.pdf([[Text(100, 120, "Total")]], rotation=rotation, crop=crop)
    page = layer(data)
    assert page is not None
    frame = pdf.frames(data, Limits())[0]
    assert (page.width, page.height) == (frame.width, frame.height)
    x, y, width, height = found(page, "Total").box
    left, top, broad, high = ink(data)
    slack = 15  # the box has room for the letters that reach further up and down
    assert x - 2 <= left
    assert y - 2 <= top
    assert x + width >= left + broad - 2
    assert y + height >= top + high - 2
    assert abs(x - left) + abs(y - top) < 2 * slack
    assert abs(width - broad) + abs(height - high) < 2 * slack


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_is_turned_to_be_read(angle: int) -> None:
    """Drawn sideways, shown upright: lines are lines."""
    texts = {90: [(300, 700), (318, 700)], 180: [(500, 300), (500, 282)], 270: [(300, 100), (282, 100)]}[angle]
    data = printed.pdf(
        [[Text(*place, text, angle=angle) for place, text in zip(texts, ("First line", "Second line"), strict=True)]],
        rotation=angle,
    )
    page = layer(data)
    assert page is not None
    assert [line.text for line in page.lines] == ["First line", "Second line"]


def test_what_stands_on_its_side_comes_last_and_whole() -> None:
    page = layer(printed.pdf([[Text(30, 500, "Printed in Haifa", angle=90), *INVOICE]]))
    assert page is not None
    assert [line.text for line in page.lines][-1] == "Printed in Haifa"
    assert len(page.lines) == 4


def hebrew() -> bytes:
    """As many programs write it: letters from left to right as they are seen."""
    words, x = [], 900
    for text in ['סה"כ', "לתשלום:", "1,170.00", "(מקור)"]:
        x -= 20 * len(text)
        words.append(Word(text=text, confidence=1, box=(x, 100, 20 * len(text), 40)))
        x -= 20
    page = Page(width=1000, height=1400, languages=("heb",), engine="", confidence=1,
                regions=(Region.of([Line.of(words)]),))  # fmt: skip
    return formats.write([page], "pdf")


def test_hebrew_is_in_logical_order() -> None:
    page = layer(hebrew())
    assert page is not None
    assert page.lines[0].text == 'סה"כ לתשלום: 1,170.00 (מקור)'
    assert page.lines[0].direction == "rtl"


def test_a_recognition_laid_over_a_scan_is_less_sure() -> None:
    page = layer(printed.pdf([INVOICE], hidden=True))
    assert page is not None
    assert page.confidence == text_layer.HIDDEN


def scan(texts: list[Text], *, hidden: bool = False) -> bytes:
    """A full-page image with text over it."""
    out = io.BytesIO()
    Image.new("L", (595, 842), 200).save(out, "PNG")
    image = img2pdf.convert(out.getvalue(), layout_fun=img2pdf.get_layout_fun(printed.A4))
    with pikepdf.open(io.BytesIO(image)) as page, pikepdf.open(io.BytesIO(printed.pdf([texts], hidden=hidden))) as over:
        page.pages[0].add_overlay(over.pages[0])
        written = io.BytesIO()
        page.save(written)
    return written.getvalue()


def test_a_stamp_on_a_scan_is_not_its_text() -> None:
    assert layer(scan(printed.lines("Received 14/03/2024"))) is None
    assert layer(scan(printed.lines("Received 14/03/2024"), hidden=True)) is not None
    assert layer(scan(printed.lines(*["Many words are on this page"] * 10))) is not None


def test_pages_without_text() -> None:
    assert layer(printed.pdf([[]])) is None
    assert layer(printed.pdf([[Text(-400, 100, "off the page")]])) is None


def test_signs_without_letters_are_junk() -> None:
    assert layer(printed.pdf([printed.lines("!\"# $%& '() *+, -./ :;<")])) is None


def untold(codes: str) -> bytes:
    """The invoice in a font that says of these codes only that they are its own."""
    first, last = codes.split("-")
    with pikepdf.open(io.BytesIO(printed.pdf([INVOICE]))) as document:
        private = f"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <{first}> <{last}> <e0{first}>"
        font = document.pages[0].Resources.Font.F
        font.ToUnicode = document.make_stream(f"begincmap {private} endbfrange endcmap".encode())
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


@pytest.mark.parametrize("codes", ["20-ff", "30-39"])
def test_letters_that_the_font_does_not_tell_are_junk(codes: str) -> None:
    """All of them, or the digits alone."""
    assert layer(untold(codes)) is None


def test_what_cannot_be_opened_is_refused() -> None:
    with pytest.raises(UnusableImage):
        layer(b"%PDF-1.7 nothing")
    with pytest.raises(BadParameter):
        layer(printed.pdf([INVOICE]), frame=1)
