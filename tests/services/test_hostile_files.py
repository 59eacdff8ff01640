"""The known tricks, one by one: each has its error or its page, and none costs memory."""

import contextlib
import time

import numpy as np
import pytest

from fastapi_app.services.errors import BadParameter, EngineError, ImageTooLarge, NotAnImage, UnusableImage
from fastapi_app.services.raster import Limits, decode, inspect
from samples import draw
from tests.services.hostile_files import CLAIMS, FILES, claiming, pdf_of
from tests.services.test_fuzz_decoder import peak_of

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

PAGE = draw(["Ink"], width=96, height=64, size=36, margin=8)


@pytest.mark.parametrize("form", CLAIMS)
def test_size_that_is_only_claimed(form: str) -> None:
    """30,000 × 30,000 in a few kilobytes is refused by the header, before anything is reserved for it."""
    data = claiming(form, 30_000, 30_000)

    def attempt() -> None:
        for work in (decode, inspect):
            with pytest.raises(ImageTooLarge, match="30000 × 30000"):
                work(data)

    assert peak_of(attempt) < 32 * 2**20


@pytest.mark.parametrize("form", [form for form in CLAIMS if not form.startswith("webp")])  # it stores sizes less one
@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 64), (96, 0)])
def test_no_size(form: str, width: int, height: int) -> None:
    with pytest.raises(UnusableImage):
        decode(claiming(form, width, height))


def test_chunk_that_claims_four_gigabytes() -> None:
    data = FILES["png-gray"]
    at = data.index(b"IDAT") - 4
    spoiled = data[:at] + b"\xff\x7f\0\0" + data[at + 4 :]

    def attempt() -> None:
        with contextlib.suppress(EngineError):
            decode(spoiled)

    assert peak_of(attempt) < 32 * 2**20


@pytest.mark.parametrize("name", FILES)
def test_odd_kinds_are_pages(name: str) -> None:
    """Animated, CMYK, 16-bit, float, palettes, several pages: the first image, looking as it should."""
    page = decode(FILES[name], gray=True)
    upright = np.rot90(page.pixels) if name == "jpeg-turned" else page.pixels
    difference = np.abs(upright.astype(int) - PAGE).mean()
    assert difference < 25, difference


@pytest.mark.parametrize("name", FILES)
def test_cut_off(name: str) -> None:
    """Half a file is refused or still a page (some formats stand it); the stump of a header never is."""
    for share in (0.5, 0.9):
        with contextlib.suppress(EngineError):
            assert decode(FILES[name][: int(len(FILES[name]) * share)]).width <= 96
    with pytest.raises((UnusableImage, NotAnImage)):
        decode(FILES[name][:12])


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>",
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>",
        b"GIF89a" + bytes(40),
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04" + bytes(40),
        b"%!PS-Adobe-3.0\n",
        b"",
    ],
    ids=["script in svg", "entity in svg", "gif", "html", "zip", "postscript", "empty"],
)
def test_no_image_for_us(data: bytes) -> None:
    for work in (decode, inspect):
        with pytest.raises(NotAnImage):
            work(data)


def test_script_behind_an_image_is_not_kept() -> None:
    """A polyglot is the image that it begins as; what is written of it holds pixels alone."""
    from fastapi_app.services.raster import encode

    page = decode(FILES["png-gray"] + b"<script>alert(1)</script>")
    assert all(b"script" not in encode(page, form) for form in ("png", "jpeg", "webp", "tiff"))


def test_ten_thousand_pages() -> None:
    data = pdf_of(10_000)
    start = time.process_time()
    with pytest.raises(ImageTooLarge, match="2000 pages"):
        inspect(data)
    assert decode(data, limits=Limits(pixels=100_000)).width > 0
    with pytest.raises(BadParameter):
        decode(data, frame=10_000)
    assert time.process_time() - start < 20, "the page tree is walked once, not for every page"


def test_sheet_of_a_kilometre() -> None:
    """A PDF has no pixels to claim: a giant page is drawn as small as the limits want it."""
    page = decode(pdf_of(1, 90_000, 90_000), limits=Limits(pixels=1_000_000))
    assert page.width * page.height <= 1_000_000
