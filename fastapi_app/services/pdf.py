"""PDF pages as pixels, by PDFium.

A scanned page is rendered at the resolution of its scan, so that its pixels come out as they went in; a page that was
never an image is rendered at 300 dots per inch.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium

from fastapi_app.services.errors import BadParameter, UnusableImage
from fastapi_app.services.headers import BROKEN, Frame, Limits
from fastapi_app.services.pixels import Pixels

BORN_DIGITAL_DPI = 300.0
BORN_DIGITAL_PIXELS = 36_000_000  # a poster without a resolution of its own need not fill the whole limit
POINTS_PER_INCH = 72.0

# PDFium keeps global state: one document at a time in a process.
_LOCK = threading.Lock()


@contextmanager
def _document(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except BROKEN as error:
            locked = "password" in str(error).lower()
            reason = "The PDF is locked by a password." if locked else "The PDF is broken."
            raise UnusableImage(reason) from error
        try:
            yield document
        finally:
            document.close()


def frames(data: bytes, limits: Limits) -> tuple[Frame, ...]:
    """Size of every page as `render` will give it."""
    with _document(data) as document:
        limits.check_frames(len(document))
        if not len(document):
            raise UnusableImage("The PDF has no pages.")
        return tuple(frame_of(_page(document, number), limits) for number in range(len(document)))


@contextmanager
def opened(data: bytes, frame: int) -> Iterator[pypdfium2.PdfPage]:
    """One page, while nothing else in this process uses PDFium."""
    with _document(data) as document:
        if not 0 <= frame < len(document):
            raise BadParameter(f"The file has {len(document)} pages; there is no page {frame + 1}.")
        yield _page(document, frame)


def render(data: bytes, frame: int, limits: Limits, *, gray: bool, longest: int | None = None) -> tuple[Pixels, float]:
    """One page as gray or BGR and its dots per inch; with `longest`, no larger than that (for thumbnails)."""
    with opened(data, frame) as page:
        dpi = _dpi(page, limits)
        if longest is not None:
            dpi = min(dpi, longest / max(page.get_size()) * POINTS_PER_INCH)
        try:
            bitmap = page.render(scale=_scale(dpi), grayscale=gray)
            pixels = bitmap.to_numpy().copy()
        except BROKEN as error:
            raise UnusableImage(f"Page {frame + 1} of the PDF cannot be drawn.") from error
        return (pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels), round(dpi, 2)


def _page(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    try:
        page = document[number]
        width, height = page.get_size()
    except BROKEN as error:
        raise UnusableImage(f"Page {number + 1} of the PDF is broken.") from error
    if not (0.5 <= width <= 1e6 and 0.5 <= height <= 1e6):
        raise UnusableImage(f"Page {number + 1} of the PDF has no usable size.")
    return page


def frame_of(page: pypdfium2.PdfPage, limits: Limits) -> Frame:
    """Its size as `render` will give it."""
    dpi = _dpi(page, limits)
    width, height = page.get_size()
    return Frame(math.ceil(width * _scale(dpi)), math.ceil(height * _scale(dpi)), round(dpi, 2))


def _scale(dpi: float) -> float:
    """Pixels a point. A hair less, because PDFium rounds up: letter paper at 300 dpi would be 3301 pixels long."""
    return dpi / POINTS_PER_INCH * (1 - 1e-9)


def _dpi(page: pypdfium2.PdfPage, limits: Limits) -> float:
    """The scan's own resolution if an image fills most of the page, within the pixel limit either way."""
    width, height = page.get_size()
    scanned = scan_dpi(page)
    pixels = limits.pixels if scanned else min(limits.pixels, BORN_DIGITAL_PIXELS)
    largest = POINTS_PER_INCH * (0.98 * pixels / (width * height)) ** 0.5
    return float(min(scanned or BORN_DIGITAL_DPI, largest))


def scan_dpi(page: pypdfium2.PdfPage) -> float | None:
    """None for a page that is not mainly an image."""
    width, height = page.get_size()
    best: float | None = None
    try:
        for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
            left, bottom, right, top = image.get_bounds()
            if abs((right - left) * (top - bottom)) < 0.5 * width * height:
                continue
            facts = image.get_metadata()
            best = max(best or 0.0, float(facts.horizontal_dpi), float(facts.vertical_dpi))
    except BROKEN:
        return None
    return min(max(best, 72.0), 1200.0) if best else None
