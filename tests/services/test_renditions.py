"""Thumbnails and deep-zoom tiles."""

from xml.etree import ElementTree

import numpy as np
import pytest

from fastapi_app.services.errors import BadParameter, UnusableImage
from fastapi_app.services.raster import Raster, decode, encode
from fastapi_app.services.renditions import thumbnail, tiles
from samples import sample_page


def test_thumbnail() -> None:
    small = decode(thumbnail(sample_page(), longest=400))
    assert (small.width, small.height) == (286, 400)
    assert small.channels == 3


def test_thumbnail_of_a_small_page_is_not_blown_up() -> None:
    data = encode(Raster(np.full((30, 50), 200, np.uint8)))
    assert decode(thumbnail(data, longest=400)).width == 50


def test_bad_thumbnails() -> None:
    with pytest.raises(BadParameter):
        thumbnail(sample_page(), longest=5)
    with pytest.raises(UnusableImage):
        thumbnail(sample_page()[:4000])


def test_tiles() -> None:
    page = Raster(np.random.default_rng(1).integers(0, 255, (700, 1200), np.uint8))
    pyramid = dict(tiles(page))
    size = ElementTree.fromstring(pyramid["page.dzi"])[0].attrib
    assert size == {"Width": "1200", "Height": "700"}
    levels = {int(path.split("/")[1]) for path in pyramid if path.endswith(".jpg")}
    assert levels == set(range(12))
    full = {path for path in pyramid if path.startswith("page_files/11/")}
    assert full == {f"page_files/11/{x}_{y}.jpg" for x in range(3) for y in range(2)}
    middle = decode(pyramid["page_files/11/1_0.jpg"])
    assert (middle.width, middle.height) == (514, 513)
    one = decode(pyramid["page_files/0/0_0.jpg"])
    assert (one.width, one.height) == (1, 1)


def test_tiles_of_one_pixel() -> None:
    assert [path for path, _ in tiles(Raster(np.zeros((1, 1), np.uint8)))] == ["page.dzi", "page_files/0/0_0.jpg"]
