"""Pages of a PDF, at the resolution of their scan."""

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from fastapi_app.services.errors import BadParameter, ImageTooLarge, UnusableImage
from fastapi_app.services.raster import Limits, decode, inspect
from fastapi_app.services.renditions import thumbnail


def scans(*sizes: tuple[int, int], dpi: float = 200) -> bytes:
    pages = [
        Image.fromarray(np.random.default_rng(n).integers(0, 255, size[::-1], np.uint8)) for n, size in enumerate(sizes)
    ]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return out.getvalue()


def empty(width: float = 612, height: float = 792) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(width, height)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_a_scan_keeps_its_pixels() -> None:
    data = scans((425, 550))
    page = decode(data)
    assert (page.width, page.height) == (425, 550)
    assert page.dpi == pytest.approx(200, abs=0.5)
    assert page.channels == 3
    assert decode(data, gray=True).channels == 1


def test_pages() -> None:
    data = scans((300, 200), (200, 300), (250, 250))
    facts = inspect(data)
    assert facts.format == "pdf"
    assert [(frame.width, frame.height) for frame in facts.frames] == [(300, 200), (200, 300), (250, 250)]
    for number, frame in enumerate(facts.frames):
        page = decode(data, frame=number)
        assert (page.width, page.height) == (frame.width, frame.height)
    with pytest.raises(BadParameter):
        decode(data, frame=3)


def test_a_page_without_a_scan_is_drawn_at_300_dpi() -> None:
    page = decode(empty())
    assert (page.width, page.height, page.dpi) == (2550, 3300, 300)
    assert page.pixels.min() == 255


def test_a_poster_stays_within_the_limit() -> None:
    page = decode(empty(14_400, 14_400), gray=True, limits=Limits(pixels=4_000_000))
    assert 3_500_000 < page.width * page.height <= 4_000_000


def test_thumbnail() -> None:
    small = decode(thumbnail(empty(), longest=200))
    assert max(small.width, small.height) in (199, 200)


def test_too_many_pages() -> None:
    with pytest.raises(ImageTooLarge):
        inspect(scans((20, 20), (20, 20)), limits=Limits(frames=1))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n%%EOF", scans((40, 40))[:200]])
def test_broken(data: bytes) -> None:
    with pytest.raises(UnusableImage):
        inspect(data)
    with pytest.raises(UnusableImage):
        decode(data)
