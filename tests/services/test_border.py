"""Dark rims and the neighbouring page become paper; what is on the page stays, even where it touches the edge."""

import cv2
import numpy as np
import pytest

from fastapi_app.services.border import clean_border, find
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pipeline import result, run
from fastapi_app.services.raster import Raster
from fastapi_app.services.recipe import Border, Recipe
from samples import ENGLISH, HEBREW, draw

DRAWN = draw((*ENGLISH, "", *HEBREW), width=1000, height=1400, size=29, margin=100)
PAPER = np.clip(np.minimum(DRAWN, 215) + np.random.default_rng(0).normal(0, 3, DRAWN.shape), 0, 255).astype(np.uint8)


def rimmed(page: np.ndarray, *, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0) -> np.ndarray:
    page = page.copy()
    page[:, :left] = page[:top] = 15
    page[:, page.shape[1] - right :] = page[page.shape[0] - bottom :] = 15
    return page


@pytest.mark.parametrize(
    "rim",
    [{"left": 60}, {"top": 5}, {"right": 2, "bottom": 90}, {"left": 40, "top": 40, "right": 40, "bottom": 40}],
    ids=["left", "thin, above", "right and below", "all round"],
)
def test_it_works(rim: dict[str, int]) -> None:
    page = rimmed(PAPER, **rim)
    cleaned = clean_border(page)
    dark = rimmed(np.zeros_like(PAPER), **rim) == 15
    assert cleaned.min(initial=255, where=dark) > 190
    middle = (slice(100, -100), slice(100, -100))
    assert (cleaned[middle] == page[middle]).all()


def test_a_slanted_rim() -> None:
    page = PAPER.copy()
    cv2.fillPoly(page, [np.array([(0, 0), (70, 0), (10, 1399), (0, 1399)])], 20)
    cleaned = clean_border(page)
    assert (cleaned[:, :6] > 190).mean() > 0.99
    assert (cleaned[:, 100:] == page[:, 100:]).all()


def test_the_neighbouring_page() -> None:
    """A strip of it with ends of its lines, beyond the shadow of the gutter."""
    page = PAPER.copy()
    page[:, :60] = PAPER[:, 880:940]
    page[:, 60:85] = 60
    cleaned = clean_border(page)
    assert (cleaned[:, :85] > 190).all()
    assert (cleaned[:, 100:] == page[:, 100:]).all()


def test_colour_and_two_levels() -> None:
    yellow = cv2.merge([np.full_like(PAPER, 150), np.full_like(PAPER, 200), np.full_like(PAPER, 220)])
    yellow[:, :50] = 10
    cleaned = clean_border(yellow)
    assert cleaned[:, :45].reshape(-1, 3).mean(axis=0) == pytest.approx((150, 200, 220), abs=4)
    bilevel = rimmed(np.where(DRAWN < 128, 0, 255).astype(np.uint8), left=50)
    bilevel[:, :50] = 0
    assert set(np.unique(clean_border(bilevel))) == {0, 255}


def picture_at_the_edge() -> np.ndarray:
    page = PAPER.copy()
    page[300:900, :400] = 60
    return page


def text_at_the_edge() -> np.ndarray:
    return np.ascontiguousarray(PAPER[:, 100:])


@pytest.mark.parametrize(
    "page",
    [PAPER, DRAWN, picture_at_the_edge(), text_at_the_edge(), 255 - DRAWN, np.zeros((300, 200), np.uint8),
     np.full((300, 200), 255, np.uint8), np.zeros((1, 1), np.uint8), np.zeros((2, 900), np.uint8)],
    ids=["grainy", "drawn", "picture", "text", "white on black", "black", "white", "pixel", "row"],
)  # fmt: skip
def test_what_has_no_border_stays(page: np.ndarray) -> None:
    assert clean_border(page) is page


@pytest.mark.parametrize("depth", [0.5, 26, float("nan")])
def test_depth(depth: float) -> None:
    with pytest.raises(BadParameter):
        find(PAPER, depth)


def test_deeper_than_asked_for_is_no_border() -> None:
    page = rimmed(PAPER, left=150)
    assert clean_border(page) is page
    assert clean_border(page, depth=20)[:, :145].min() > 190


def test_as_a_step() -> None:
    page = Raster(rimmed(PAPER, left=60))
    end = result(run(page, Recipe(steps=(Border(),))))
    assert end.raster.pixels[:, :60].min() > 190
    assert (end.raster.matrix == np.eye(3)).all()
    assert Recipe(steps=(Border(),)).keeps_grid
