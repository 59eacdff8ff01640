"""A sheet on a desk: its corners found, its proportions, the way back to the photograph, and what is left alone."""

import json

import cv2
import numpy as np
import pytest

from fastapi_app.services import reading, sheet
from fastapi_app.services.errors import BadParameter, BadRecipe
from fastapi_app.services.perspective import straighten
from fastapi_app.services.pipeline import Complete, result, run
from fastapi_app.services.raster import Raster, reduce
from fastapi_app.services.recipe import Perspective, Recipe
from fastapi_app.services.switches import from_parameters
from samples import ENGLISH, HEBREW, draw, lay_down, photograph

PAGE = draw((*ENGLISH, "", *HEBREW), width=1000, height=1400, size=29, margin=90)


def seen(tilt: float, pan: float, roll: float, focal: float = 1.0) -> list[tuple[float, float]]:
    """Corners of the page on a photograph of 1500 × 1700 pixels; the camera turned by these degrees about its axes.
    `focal`: length of the lens in heights of the photograph."""
    turn = np.eye(3)
    for axis, degrees in ((0, tilt), (1, pan), (2, roll)):
        vector = np.zeros(3)
        vector[axis] = np.deg2rad(degrees)
        turn = cv2.Rodrigues(vector)[0] @ turn
    sheet_at = np.array([(-0.5, -0.7, 0), (0.5, -0.7, 0), (0.5, 0.7, 0), (-0.5, 0.7, 0)]) @ turn.T + (
        0.02,
        0.03,
        1.9 * focal,
    )
    points = focal * 1700 * sheet_at[:, :2] / sheet_at[:, 2:] + (749.5, 849.5)
    return [(float(x), float(y)) for x, y in points]


SEEN = seen(14, -11, 3)
PHOTO = lay_down(PAGE, SEEN, width=1500, height=1700)
GRAY = cv2.cvtColor(PHOTO, cv2.COLOR_BGR2GRAY)
ONE_PERCENT = 0.01 * float(np.hypot(*GRAY.shape))


def quarter_turned(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [corners[-1], *corners[:-1]]


def test_it_works() -> None:
    end = result(run(Raster(PHOTO, dpi=300), Recipe(steps=(Perspective(),))))
    assert end.raster.width / end.raster.height == pytest.approx(1000 / 1400, rel=0.05)
    levels = [float(np.median(end.raster.pixels[rows])) for rows in (slice(0, 20), slice(-20, None))]
    assert min(levels) > 110  # paper up to the edges; the desk is darker
    (step,) = end.recipe.steps
    assert isinstance(step, Perspective)
    assert np.array(step.corners) == pytest.approx(np.array(SEEN), abs=ONE_PERCENT)
    again = result(run(Raster(PHOTO), Recipe.parse(end.recipe.model_dump_json()))).raster
    assert np.mean(cv2.absdiff(again.pixels, end.raster.pixels)) < 1


@pytest.mark.parametrize("focal", [0.7, 1.0, 1.6])
@pytest.mark.parametrize("angles", [(0, 0, 0), (18, 0, 0), (0, 20, 10), (-15, 12, -8)])
def test_true_proportions(focal: float, angles: tuple[float, float, float]) -> None:
    """Whatever the lens; within a tenth where the photograph was turned about one axis only and does not tell it."""
    corners = np.array(seen(*angles, focal=focal))
    pixels, _, _ = straighten(np.zeros((1700, 1500), np.uint8), corners)
    tells = all(angles[:2])
    assert pixels.shape[1] / pixels.shape[0] == pytest.approx(1000 / 1400, rel=0.01 if tells else 0.1)


@pytest.mark.parametrize("seed", range(6))
def test_corners_are_found(seed: int) -> None:
    chance = np.random.default_rng(seed)
    turn = cv2.getRotationMatrix2D((750, 850), float(chance.uniform(-20, 20)), 1)
    base = np.array(SEEN) + chance.uniform(-100, 100, (4, 2))
    corners = base @ turn[:, :2].T + turn[:, 2]
    found = sheet.find(cv2.cvtColor(lay_down(PAGE, corners, width=1500, height=1700, seed=seed), cv2.COLOR_BGR2GRAY))
    assert found is not None
    assert found.confidence > sheet.CONFIDENT
    assert found.corners == pytest.approx(sheet.clockwise(corners), abs=ONE_PERCENT)


def framed(inner: int) -> np.ndarray:
    """A frame printed around the text, `inner` pixels within the page's edges."""
    page = PAGE.copy()
    cv2.rectangle(page, (inner, inner), (999 - inner, 1399 - inner), 0, 45)
    return page


@pytest.mark.parametrize(
    "page",
    [PAGE, framed(60), 255 - PAGE, np.full((900, 700), 230, np.uint8), np.zeros((900, 700), np.uint8),
     np.zeros((20, 20), np.uint8), cv2.cvtColor(photograph(PAGE, angle=4), cv2.COLOR_BGR2GRAY),
     np.random.default_rng(1).integers(0, 255, (700, 500), np.uint8)],
    ids=["scan", "printed frame", "white on black", "blank", "black", "tiny", "photograph to the edges", "noise"],
)  # fmt: skip
def test_without_a_sheet_the_page_stays(page: np.ndarray) -> None:
    end = result(run(Raster(page), Recipe(steps=(Perspective(),))))
    assert end.raster.pixels is page
    assert end.recipe == Recipe(steps=(Perspective(),))
    assert end.skew_angle == 0


def test_points_and_their_way_back() -> None:
    """To half a pixel, over a reduced copy and the homography."""
    page = reduce(Raster(PHOTO), 1200)
    end = result(run(page, Recipe(steps=(Perspective(corners=tuple(SEEN)),))))  # type: ignore[arg-type]
    size = np.array([end.raster.width, end.raster.height])
    for corner, place in zip(SEEN, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        x, y = size * place - 0.5
        assert end.raster.to_original(x, y) == pytest.approx(corner, abs=0.5)
    inside = [(700.0, 800.0), (450.0, 400.0), (1100.0, 1200.0)]
    for point, mapped in zip(inside, end.raster.from_original(inside), strict=True):
        assert end.raster.to_original(*mapped) == pytest.approx(point, abs=1e-6)


def test_words_lie_on_the_original() -> None:
    """Read on the straightened sheet, each word's box holds the word's ink on the photograph."""
    flat = result(run(Raster(PHOTO), Recipe(steps=(Perspective(),)))).raster
    read = reading.result(reading.run(flat, ["eng", "heb"], engine="tesseract"))
    assert (read.width, read.height) == (1500, 1700)
    words = [word for line in read.lines for word in line.words if len(word.text) > 3]
    assert len(words) > 40
    sheet_to_photo = cv2.getPerspectiveTransform(
        np.array([(0, 0), (1000, 0), (1000, 1400), (0, 1400)], np.float32), np.array(SEEN, np.float32)
    )
    ink = cv2.warpPerspective(255 - PAGE, sheet_to_photo, (1500, 1700)) > 128
    shares = [ink[y : y + height, x : x + width].mean() for x, y, width, height in (word.box for word in words)]
    assert np.mean(np.array(shares) > 0.08) > 0.95
    found = np.zeros_like(ink)
    for x, y, width, height in (word.box for line in read.lines for word in line.words):
        found[y - 2 : y + height + 2, x - 2 : x + width + 2] = True
    assert (ink & found).sum() / ink.sum() > 0.9


def test_the_resolution_follows() -> None:
    near = [(100.0, 100.0), (600.0, 100.0), (600.0, 800.0), (100.0, 800.0)]
    page = Raster(np.full((1000, 800), 200, np.uint8), dpi=300)
    end = result(run(page, Recipe(steps=(Perspective(corners=tuple(near)),)))).raster  # type: ignore[arg-type]
    assert (end.width, end.height, end.dpi) == (500, 700, 300)
    assert reduce(page, 500).dpi == 150


def test_the_turn_that_was_taken_out() -> None:
    turn = cv2.getRotationMatrix2D((750, 850), 5.0, 1)
    square = np.array([(400, 400), (1100, 400), (1100, 1300), (400, 1300)]) @ turn[:, :2].T + turn[:, 2]
    end = result(run(Raster(GRAY), Recipe(steps=(Perspective(corners=square.tolist()),))))
    assert end.skew_angle == pytest.approx(5.0, abs=0.01)


def test_a_sheet_on_its_side_is_turned_by_its_first_corner() -> None:
    pixels, _, _ = straighten(GRAY, np.array(quarter_turned(SEEN)))
    assert pixels.shape[1] > pixels.shape[0]


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (10, 0), (10, 10)],
        [(0, 0), (0, 100), (100, 100), (100, 0)],
        [(0, 0), (100, 100), (100, 0), (0, 100)],
        [(0, 0), (100, 0), (200, 0), (300, 0)],
        [(0, 0), (100, 0), (100, float("nan")), (0, 100)],
        [(0, 0), (1e9, 0), (1e9, 1e9), (0, 1e9)],
        "everywhere",
    ],
    ids=["three", "counter-clockwise", "crossed", "a line", "no number", "far away", "words"],
)
def test_what_is_no_sheet_is_refused(corners: object) -> None:
    with pytest.raises(BadRecipe):
        Recipe.parse(json.dumps({"steps": [{"step": "perspective", "corners": corners}]}))


@pytest.mark.parametrize(
    "corners",
    [
        [(-900, 0), (800, 0), (800, 900), (-900, 900)],
        [(10, 10), (30, 10), (30, 30), (10, 30)],
        [(10, 10), (900, 10), (900, 12), (10, 12)],
    ],
    ids=["off the photograph", "tiny", "a sliver"],
)
def test_corners_that_do_not_suit_the_photograph(corners: list[tuple[float, float]]) -> None:
    with pytest.raises(BadParameter):
        straighten(GRAY, np.array(corners, np.float64))


def test_from_query_parameters() -> None:
    recipe = from_parameters(preset="photo", perspective="true", corners="1,2,100.5,2,100,200,-1,190")
    assert isinstance(recipe, Recipe)
    assert recipe.steps[0] == Perspective(corners=((1, 2), (100.5, 2), (100, 200), (-1, 190)))
    assert not recipe.keeps_grid
    for wrong in ("1,2,3", "0,0,0,9,9,9,9,0", "a,b,c,d,e,f,g,h"):
        with pytest.raises(BadParameter):
            from_parameters(perspective="true", corners=wrong)


def test_the_end_is_an_event_like_any_other() -> None:
    *_, end = run(reduce(Raster(GRAY), 400), Recipe(steps=(Perspective(), Perspective())), previews=False)
    assert isinstance(end, Complete)
    assert [timing.name for timing in end.timings] == ["perspective", "perspective"]
