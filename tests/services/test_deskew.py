"""Skew: found to a hundredth of a degree, left alone when there is nothing to go by, and points stay traceable."""

import cv2
import numpy as np
import pytest

from fastapi_app.services.deskew import deskew, estimate, turn
from fastapi_app.services.raster import Raster
from samples import ENGLISH, HEBREW, draw, photograph

CLEAN = draw((*ENGLISH, "", *HEBREW), width=1600, height=2200, size=44, margin=150)


def turned(angle: float) -> np.ndarray:
    return cv2.cvtColor(photograph(CLEAN, angle=angle, shade=0.3, grain=8), cv2.COLOR_BGR2GRAY)


def test_it_works() -> None:
    assert estimate(turned(4.2)).angle == pytest.approx(4.2, abs=0.05)


@pytest.mark.parametrize("angle", [-44.9, -35.0, -20.0, -11.37, -0.4, 0.9, 7.77, 30.0, 44.9])
def test_whole_range(angle: float) -> None:
    assert estimate(turned(angle)).angle == pytest.approx(angle, abs=0.1)


def test_mean_error_is_small() -> None:
    angles = np.random.default_rng(5).uniform(-12, 12, 8)
    errors = [abs(estimate(turned(float(angle)), 15).angle - angle) for angle in angles]
    assert np.mean(errors) < 0.015
    assert max(errors) < 0.06


def blank() -> np.ndarray:
    return np.clip(np.random.default_rng(1).normal(210, 7, (1400, 1000)), 0, 255).astype(np.uint8)


def shaded() -> np.ndarray:
    return (blank() * np.linspace(0.3, 1, 1000)).astype(np.uint8)


def clouds(size: float) -> np.ndarray:
    noise = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 1, (1400, 1000)), (0, 0), size)
    return cv2.normalize(noise, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


@pytest.mark.parametrize(
    "image",
    [blank(), shaded(), clouds(3), clouds(12), np.full((800, 600), 255, np.uint8), np.zeros((800, 600), np.uint8),
     np.zeros((8, 8), np.uint8)],
    ids=["blank", "shaded", "clouds", "large clouds", "white", "black", "tiny"],
)  # fmt: skip
def test_pages_that_say_nothing_stay(image: np.ndarray) -> None:
    page, matrix, skew = deskew(image, 45)
    assert skew.angle == 0
    assert page is image
    assert (matrix == np.eye(3)).all()


def test_a_level_page_is_not_resampled() -> None:
    page, _, skew = deskew(CLEAN)
    assert skew.angle == 0
    assert page is CLEAN


def test_only_up_to_the_largest_angle() -> None:
    assert abs(estimate(turned(9.0), 5.0).angle) <= 5.0


@pytest.mark.parametrize("angle", [-31.0, -3.0, 0.5, 12.0])
def test_points_and_their_way_back(angle: float) -> None:
    """A dot on the input lies where the matrix says on the output, and `to_original` brings it home."""
    image = np.full((700, 500), 255, np.uint8)
    cv2.circle(image, (120, 90), 5, 0, -1)
    pixels, matrix = turn(image, angle)
    expected = matrix @ (120, 90, 1)
    rows, columns = np.nonzero(pixels < 128)
    assert (columns.mean(), rows.mean()) == pytest.approx(expected[:2], abs=0.5)
    back = Raster(image).moved(pixels, matrix).to_original(columns.mean(), rows.mean())
    assert back == pytest.approx((120, 90), abs=0.5)


@pytest.mark.parametrize("angle", [-20.0, 20.0])
def test_nothing_is_lost(angle: float) -> None:
    image = np.full((300, 200), 255, np.uint8)
    image[:12, :12] = image[:12, -12:] = image[-12:, :12] = image[-12:, -12:] = 0
    pixels, matrix = turn(image, angle)
    corners = np.array([[5, 5, 1], [194, 5, 1], [5, 294, 1], [194, 294, 1]])
    for x, y, _ in corners @ matrix.T:
        assert pixels[round(y), round(x)] < 100


def test_new_corners_look_like_the_paper_beside_them() -> None:
    shade = np.tile(np.linspace(90, 220, 600), (800, 1)).astype(np.uint8)
    pixels, _ = turn(cv2.merge([shade, shade, shade]), 10.0)
    assert pixels[-1, 0].max() < 130
    assert pixels[0, -1].min() > 180
