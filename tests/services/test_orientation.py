"""Quarter turns, found by the real Tesseract."""

import cv2
import numpy as np
import pytest

from fastapi_app.services.errors import EngineUnavailable
from fastapi_app.services.orientation import CONFIDENT, estimate, orient, turn_upright
from fastapi_app.services.pipeline import result, run
from fastapi_app.services.raster import Raster
from fastapi_app.services.recipe import Orient, Recipe
from samples import ENGLISH, HEBREW, draw

HEBREW_PAGE = draw((*HEBREW, *HEBREW), width=1200, height=1500, size=36, margin=80)
PAGE = draw((*ENGLISH, *ENGLISH), width=1200, height=1500, size=36, margin=80)


@pytest.mark.parametrize("page", [PAGE, HEBREW_PAGE], ids=["latin", "hebrew"])
@pytest.mark.parametrize(("quarters", "turn"), [(0, 0), (1, 90), (2, 180), (3, -90)])
def test_it_works(quarters: int, turn: int, page: np.ndarray) -> None:
    """numpy turns counter-clockwise."""
    upright, _, found = orient(np.ascontiguousarray(np.rot90(page, quarters)))
    assert found == turn
    assert (upright == page).all()


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_way_back_to_the_original(quarters: int) -> None:
    original = np.ascontiguousarray(np.rot90(PAGE, quarters))
    end = result(run(Raster(original), Recipe(steps=(Orient(),)), previews=False))
    y, x = (int(v[0]) for v in np.nonzero(end.raster.pixels == 0))
    left, top = end.raster.to_original(x, y)
    assert original[round(top), round(left)] == 0
    assert end.skew_angle == {1: 90, 2: 180, 3: -90}[quarters]
    assert end.raster.original == (original.shape[1], original.shape[0])


def clouds() -> np.ndarray:
    noise = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 1, (900, 700)), (0, 0), 20)
    return np.asarray(cv2.normalize(noise, None, 0, 255, cv2.NORM_MINMAX)).astype(np.uint8)


@pytest.mark.parametrize(
    "page",
    [np.full((400, 400), 255, np.uint8), np.ascontiguousarray(PAGE[:60, :300]), clouds()],
    ids=["blank", "half a line", "picture"],
)
def test_too_little_to_tell(page: np.ndarray) -> None:
    same, _, turn = orient(page)
    assert turn == 0
    assert same is page
    assert estimate(page).confidence < CONFIDENT


def test_below_the_confidence_the_page_stays() -> None:
    turned = np.ascontiguousarray(np.rot90(PAGE))
    same, _, turn = orient(turned, min_confidence=1e6)
    assert turn == 0
    assert same is turned


def test_an_odd_angle_is_no_quarter_turn() -> None:
    assert turn_upright(PAGE, 45)[0] is PAGE


def test_no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(EngineUnavailable):
        estimate(PAGE)
