"""Cropping takes margins, never text."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastapi_app.services.crop import content, crop
from fastapi_app.services.errors import BadParameter, BadRecipe
from fastapi_app.services.pipeline import result, run
from fastapi_app.services.raster import Raster, reduce
from fastapi_app.services.recipe import Crop, Deskew, Recipe
from fastapi_app.services.switches import from_parameters
from samples import ENGLISH, HEBREW, draw, photograph

DRAWN = draw(ENGLISH, width=1000, height=1400, size=22, margin=250)


def test_it_works() -> None:
    end = result(run(Raster(DRAWN, dpi=200), Recipe(steps=(Crop(margin=2),)))).raster
    rows, columns = np.nonzero(DRAWN < 128)
    least, most = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()])
    around = 0.02 * 1400
    assert end.to_original(0, 0) == pytest.approx(least - around, abs=10)
    assert end.to_original(end.width - 1, end.height - 1) == pytest.approx(most + around, abs=10)
    assert (end.pixels < 128).sum() == (DRAWN < 128).sum()
    assert end.dpi == 200
    assert end.original == (1000, 1400)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 1000),
    size=st.integers(12, 60),
    at=st.tuples(st.integers(0, 700), st.integers(0, 1200)),
    faint=st.integers(40, 190),
    shade=st.floats(0, 0.6),
    grain=st.floats(0, 9),
    rim=st.integers(0, 60),
    hebrew=st.booleans(),
)
def test_text_is_never_cut(
    seed: int, size: int, at: tuple[int, int], faint: int, shade: float, grain: float, rim: int, hebrew: bool
) -> None:
    """Two lines anywhere on the page and a page number far from them; faint, shaded, grainy, with a dark rim."""
    texts = (HEBREW if hebrew else ENGLISH)[1:3]
    block = draw(texts, width=1000, height=1400, size=size, margin=20)
    page = np.full((1400, 1000), 255, np.uint8)
    page[at[1] :, at[0] :] = block[: 1400 - at[1], : 1000 - at[0]]
    cv2.putText(page, "7", (480, 1360), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    page[:, :rim] = 255
    ink = page < 100
    gray = photograph(np.maximum(page, faint), angle=0, shade=shade, grain=grain, seed=seed).max(axis=2)
    gray[:, :rim] = 12
    box = content(gray, margin=0.5)
    assert box is not None
    x, y, width, height = box
    kept = np.zeros_like(ink)
    kept[y : y + height, x : x + width] = True
    assert not (ink & ~kept).any()


def test_pictures_white_on_black_and_the_rim() -> None:
    page = np.full((1400, 1000), 235, np.uint8)
    page[500:800, 300:600] = np.linspace(120, 200, 300).astype(np.uint8)
    assert content(page, margin=0) == pytest.approx((300, 500, 300, 300), abs=16)
    dark = 255 - DRAWN
    rows, columns = np.nonzero(dark > 128)
    x, y, width, height = content(dark, margin=0.5) or (0, 0, 0, 0)
    assert x <= columns.min() < columns.max() < x + width
    assert y <= rows.min() < rows.max() < y + height
    framed = DRAWN.copy()
    framed[:, :50] = framed[:50] = 10
    assert content(framed) == pytest.approx(content(DRAWN), abs=4)


@pytest.mark.parametrize(
    "page",
    [np.full((900, 700), 255, np.uint8), np.zeros((900, 700), np.uint8), np.zeros((4, 4), np.uint8),
     np.random.default_rng(1).normal(200, 8, (900, 700)).clip(0, 255).astype(np.uint8)],
    ids=["white", "black", "tiny", "grain"],
)  # fmt: skip
def test_a_page_with_nothing_on_it_stays(page: np.ndarray) -> None:
    assert result(run(Raster(page), Recipe(steps=(Crop(),)))).raster.pixels is page


def test_a_given_box_in_pixels_of_the_original() -> None:
    page = reduce(Raster(DRAWN), 700)
    end = result(run(page, Recipe(steps=(Crop(box=(200, 300, 500, 600)),)))).raster
    assert (end.width, end.height) == (250, 300)
    assert end.to_original(-0.5, -0.5) == pytest.approx((199.5, 299.5))
    assert (end.pixels == page.pixels[150:450, 100:350]).all()


def test_a_given_box_on_a_turned_page_is_kept_whole() -> None:
    page = Raster(photograph(DRAWN, angle=4))
    end = result(run(page, Recipe(steps=(Deskew(), Crop(box=(300, 300, 400, 400)))))).raster
    corners = end.from_original([(300, 300), (699, 300), (300, 699), (699, 699)])
    assert (corners > -1).all()
    assert (corners < (end.width, end.height)).all()


@pytest.mark.parametrize("box", [(-50, 0, 40, 40), (0, 1500, 100, 100), (996, 0, 40, 500)])
def test_a_box_off_the_page_is_refused(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadParameter):
        crop(DRAWN, box)


def test_parameters() -> None:
    recipe = from_parameters(preset="clean", crop="true", margin=0, box="1,2,300,400")
    assert isinstance(recipe, Recipe)
    assert recipe.steps[-1] == Crop(margin=0, box=(1, 2, 300, 400))
    for wrong in ({"margin": 21}, {"box": "1,2,3"}, {"box": "1,2,0,5"}):
        with pytest.raises(BadParameter):
            from_parameters(crop="true", **wrong)  # type: ignore[arg-type]
    with pytest.raises(BadRecipe):
        Recipe.parse('{"steps": [{"step": "crop", "box": [1, 2, -3, 4]}]}')
    with pytest.raises(BadParameter):
        content(DRAWN, margin=21)
    assert not Recipe(steps=(Crop(),)).keeps_grid
