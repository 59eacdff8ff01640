"""Searchable PDF: what PDFium (Chromium's engine) reads and shows of it."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from fastapi_app.services.formats import Origin, write
from fastapi_app.services.formats.slope import angle_of
from fastapi_app.services.formats.visual import visual
from fastapi_app.services.layout import Line, Page, Region, Word

LINES = (
    ("A leaf (of 2 sides) is 1 page", "ltr"),
    ("כל דף (או עלה) הוא 12 א", "rtl"),
    ("שלום לכם Recto 1948 סוף", "rtl"),
    ("The word שלום means peace", "ltr"),
)


def line(text: str, top: float, direction: str, angle: float = 0.0) -> Line:
    """Words of 22 pixels a letter, 14 pixels apart, turned around the page's corner."""
    words, at = [], 100
    for word in text.split():
        width = 22 * len(word)
        across = at + width / 2 if direction == "ltr" else 1000 - at - width / 2
        x, y = across * math.cos(angle) - top * math.sin(angle), across * math.sin(angle) + top * math.cos(angle)
        broad = width * math.cos(angle) + 30 * math.sin(angle)
        high = width * math.sin(angle) + 30 * math.cos(angle)
        box = (round(x - broad / 2), round(y - high / 2), round(broad), round(high))
        words.append(Word(text=word, confidence=1, box=box))
        at += width + 14
    return Line.of(words).model_copy(update={"direction": direction})


def page(angle: float = 0.0) -> Page:
    lines = [line(text, 100 + 60 * at, way, angle) for at, (text, way) in enumerate(LINES)]
    size = {"width": 1000, "height": 600}
    return Page(**size, languages=("eng", "heb"), engine="test 1", confidence=1, regions=(Region.of(lines),))


def gradient() -> Image.Image:
    pixels = np.tile(np.linspace(0, 255, 1000).astype(np.uint8), (600, 1))
    pixels[:300] //= 2
    return Image.fromarray(pixels).convert("RGB")


def jpeg(image: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "taken at home"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=92, comment=b"secret")
    return out.getvalue()


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def shown(pdf: bytes, dpi: float, number: int = 0) -> np.ndarray:
    with opened(pdf) as document:
        return document[number].render(scale=dpi / 72, grayscale=True).to_numpy().copy().squeeze()


@pytest.mark.parametrize("degrees", [0.0, 0.7, 1.5])
def test_text_reads_right(degrees: float) -> None:
    """On a page that lay askew too: signs, digits and single letters, and Hebrew in logical order."""
    with opened(write([page(math.radians(degrees))], "pdf")) as document:
        text = document[0].get_textpage().get_text_range()
        assert [" ".join(each.split()) for each in text.splitlines()] == [text for text, _ in LINES]
        assert document[0].get_textpage().search("לכם").get_next() is not None
        assert document[0].get_textpage().search("means peace").get_next() is not None


def test_words_stand_where_they_are_read() -> None:
    with opened(write([page()], "pdf", [Origin(dpi=100)])) as document:
        sheet = document[0]
        assert sheet.get_size() == pytest.approx((720, 432))
        text = sheet.get_textpage()
        for word in page().lines[0].words[1:]:
            first, count = text.search(word.text, match_case=True, match_whole_word=True).get_next() or (0, 0)
            boxes = [text.get_charbox(at, loose=True) for at in range(first, first + count)]
            left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
            bottom, top = min(box[1] for box in boxes), max(box[3] for box in boxes)
            x, y, width, height = word.box
            found = (left / 0.72, 600 - top / 0.72, (right - left) / 0.72, (top - bottom) / 0.72)
            assert found == pytest.approx((x, y, width, height), abs=2.5)


def test_a_jpeg_stays_as_it_was_coded() -> None:
    """And tells nothing of where it was taken."""
    data = jpeg(gradient())
    pdf = write([page()], "pdf", [Origin("page.jpg", 0, 100, data)])
    scan = data[data.index(b"\xff\xda") :]
    assert scan in pdf
    assert b"taken at home" not in pdf
    assert b"secret" not in pdf
    assert np.abs(shown(pdf, 100).astype(int) - np.asarray(gradient().convert("L"))).max() < 8


@pytest.mark.parametrize("orientation", [1, 3, 6, 8, 2, 5])
def test_a_jpeg_is_shown_upright(orientation: int) -> None:
    undo = {
        1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270,
        2: Image.Transpose.FLIP_LEFT_RIGHT, 5: Image.Transpose.TRANSPOSE,
    }[orientation]  # fmt: skip
    stored = gradient() if undo is None else gradient().transpose(undo)
    pdf = write([page()], "pdf", [Origin("page.jpg", 0, 100, jpeg(stored, orientation))])
    assert np.abs(shown(pdf, 100).astype(int) - np.asarray(gradient().convert("L")))[5:-5, 5:-5].max() < 12


def test_a_page_of_two_levels_is_group_4() -> None:
    pixels = np.full((600, 1000), 255, np.uint8)
    cv2.putText(pixels, "Recto", (200, 300), cv2.FONT_HERSHEY_SIMPLEX, 5, 0, 20)
    pixels = np.where(pixels > 127, 255, 0).astype(np.uint8)
    pdf = write([page()], "pdf", [Origin("page.png", 0, 100, cv2.imencode(".png", pixels)[1].tobytes())])
    with pikepdf.open(io.BytesIO(pdf)) as document:
        image = document.pages[0].Resources.XObject.I
        assert (image.Filter, image.BitsPerComponent) == (pikepdf.Name.CCITTFaxDecode, 1)
    assert (shown(pdf, 100) == pixels).mean() > 0.999
    assert len(pdf) < 12_000


def test_many_pages_of_a_file() -> None:
    out = io.BytesIO()
    Image.new("L", (1000, 600), 40).save(out, "TIFF", save_all=True, append_images=[Image.new("L", (1000, 600), 200)])
    origins = [Origin("two.tif", frame, 100, out.getvalue()) for frame in range(2)]
    pdf = write([page(), page()], "pdf", origins)
    assert [round(shown(pdf, 20, number).mean()) for number in range(2)] == pytest.approx([40, 200], abs=2)


def test_text_beyond_the_basic_plane() -> None:
    lines = [line("𐤀𐤁𐤂 𝔄bc naïve", 100, "ltr")]
    with opened(write([page().model_copy(update={"regions": (Region.of(lines),)})], "pdf")) as document:
        assert "naïve" in document[0].get_textpage().get_text_range()


def test_no_text() -> None:
    with opened(write([page().model_copy(update={"regions": ()})], "pdf")) as document:
        assert document[0].get_textpage().get_text_range() == ""


@pytest.mark.parametrize("degrees", [0, 3, 20])
def test_slope(degrees: float) -> None:
    turned = page(math.radians(degrees))
    assert math.degrees(angle_of(turned)) == pytest.approx(degrees, abs=0.3)


def test_visual_order() -> None:
    assert [visual(word) for word in ("abc", "12", "(דף)", "ב-1948", "abc/דף")] == [
        "abc", "12", "(ףד)", "1948-ב", "ףד/abc"]  # fmt: skip
