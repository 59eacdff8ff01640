"""Boxes on a turned page and on the original."""

import numpy as np

from fastapi_app.services.boxes import on_original, on_raster
from fastapi_app.services.deskew import turn
from fastapi_app.services.raster import Raster, reduce

PAGE = Raster(np.zeros((300, 400), np.uint8))


def test_it_works() -> None:
    assert on_original((10, 20, 30, 40), PAGE) == (10, 20, 30, 40)
    assert on_raster((10, 20, 30, 40), reduce(PAGE, 200)) == (5, 10, 15, 20)
    assert on_original((5, 10, 15, 20), reduce(PAGE, 200)) == (10, 20, 30, 40)


def test_there_and_back_on_a_turned_page_it_holds_what_it_held() -> None:
    turned = PAGE.moved(*turn(PAGE.pixels, 5.0))
    box = on_original(on_raster((100, 100, 80, 20), turned), turned)
    assert box[0] <= 100
    assert box[0] + box[2] >= 180
    assert box[2] < 100


def test_cut_at_the_edges() -> None:
    assert on_original((-10, -10, 1000, 1000), PAGE) == (0, 0, 400, 300)
