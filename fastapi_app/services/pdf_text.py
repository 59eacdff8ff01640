"""The characters that a PDF's page draws as text, by PDFium: in logical order, each with its place."""

import ctypes
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from fastapi_app.services import pdf
from fastapi_app.services.errors import UnusableImage
from fastapi_app.services.headers import BROKEN, Frame, Limits
from fastapi_app.services.raster import Matrix

UNKNOWN = "\ufffd"
LEVEL = 0.98  # cosine of what still counts as a level line
FAR = 1000.0  # points between the corners from which the way to pixels is measured
FINE = 1000  # parts of a pixel that it is measured in


class Glyph(NamedTuple):
    """`text` is white space between words, UNKNOWN where the font does not tell. Left, top, right, bottom in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    is_level: bool
    is_hidden: bool

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Sheet(NamedTuple):
    """What is drawn on a page as text; `is_scan`: most of it is an image beside that."""

    frame: Frame
    glyphs: tuple[Glyph, ...]
    is_scan: bool


def read(data: bytes, frame: int, limits: Limits, *, most: int) -> Sheet:
    """At most `most` characters of a page, pixels as `pdf.render` draws it. Raises UnusableImage, BadParameter."""
    with pdf.opened(data, frame) as page:
        size = pdf.frame_of(page, limits)
        is_scan = pdf.scan_dpi(page) is not None
        try:
            text = page.get_textpage()
            count = min(text.count_chars(), most)
            glyphs = tuple(_glyphs(text, count, _to_pixels(page, size), page.get_rotation()))
        except BROKEN as error:
            raise UnusableImage(f"The text of page {frame + 1} of the PDF is broken.") from error
    return Sheet(size, glyphs, is_scan)


def _to_pixels(page: pypdfium2.PdfPage, size: Frame) -> Matrix:
    """(2, 3): points of the page to pixels, with the page's own turn and crop."""
    origin, across, up = (_device(page, size, *corner) for corner in ((0.0, 0.0), (FAR, 0.0), (0.0, FAR)))
    return np.stack([(across - origin) / FAR, (up - origin) / FAR, origin], axis=1)


def _device(page: pypdfium2.PdfPage, size: Frame, x: float, y: float) -> Matrix:
    """PDFium's answer is in whole units, so it is asked about a much larger page."""
    left, top = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, size.width * FINE, size.height * FINE, 0, x, y, left, top)
    return np.array([left.value, top.value]) / FINE


def _glyphs(text: pypdfium2.PdfTextPage, count: int, to_pixels: Matrix, rotation: int) -> Iterator[Glyph]:
    box = pdfium.FS_RECTF()
    for at in range(count):
        pdfium.FPDFText_GetLooseCharBox(text.raw, at, box)
        corners = to_pixels @ [(box.left, box.right), (box.bottom, box.top), (1, 1)]
        (left, right), (top, bottom) = (sorted(map(float, axis)) for axis in corners)
        yield Glyph(_letter(text, at), left, top, right, bottom, _is_level(text, at, rotation), _is_hidden(text, at))


def _letter(text: pypdfium2.PdfTextPage, at: int) -> str:
    if pdfium.FPDFText_IsHyphen(text.raw, at) == 1:
        return "-"
    code = pdfium.FPDFText_GetUnicode(text.raw, at)
    is_known = 0 < code < 0xD800 or 0xF900 <= code <= 0x10FFFF  # neither half of a pair nor of private use
    if not is_known or pdfium.FPDFText_HasUnicodeMapError(text.raw, at) == 1:
        return UNKNOWN
    return chr(code)


def _is_level(text: pypdfium2.PdfTextPage, at: int, rotation: int) -> bool:
    """On the page as it is shown; a page turns clockwise, as its characters' angles are counted."""
    return math.cos(pdfium.FPDFText_GetCharAngle(text.raw, at) + math.radians(rotation)) > LEVEL


def _is_hidden(text: pypdfium2.PdfTextPage, at: int) -> bool:
    """Drawn in no colour: how a reading is laid over its scan."""
    drawn = pdfium.FPDFText_GetTextObject(text.raw, at)
    return bool(drawn) and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
