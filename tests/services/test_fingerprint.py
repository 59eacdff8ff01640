"""What a page looks like, in 64 bits."""

import cv2
import numpy as np
import pytest

from fastapi_app.services.invoice.fingerprint import distance, fingerprint
from samples import ENGLISH, draw
from samples.texts import RECEIPT

PAGE = draw(ENGLISH, width=1200, height=1600, size=44, margin=120)
OTHER = draw([*RECEIPT, *reversed(ENGLISH)], width=1200, height=1600, size=30, margin=90)
SAME = 10  # bits: what still counts as the same paper


def jpeg(page: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 35])[1], cv2.IMREAD_GRAYSCALE)


def rescanned(page: np.ndarray) -> np.ndarray:
    """Half a degree off, a few pixels to the side, darker, with the scanner's noise."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.5, 1.0)
    turn[:, 2] += (6, -4)
    moved = cv2.warpAffine(page, turn, (width, height), borderValue=255)
    noise = np.random.default_rng(5).normal(-20, 6, page.shape)
    return np.clip(moved + noise, 0, 255).astype(np.uint8)


def smaller(page: np.ndarray) -> np.ndarray:
    return cv2.resize(page, None, fx=0.37, fy=0.37, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("change", [jpeg, rescanned, smaller])
def test_the_same_paper(change) -> None:
    assert distance(fingerprint(PAGE), fingerprint(change(PAGE))) <= SAME


def test_another_paper() -> None:
    assert distance(fingerprint(PAGE), fingerprint(OTHER)) > 2 * SAME


def test_16_digits_whatever_the_page() -> None:
    for page in (PAGE, np.full((5, 3), 255, np.uint8), np.zeros((1, 1), np.uint8)):
        assert len(fingerprint(page)) == 16
        assert distance(fingerprint(page), fingerprint(page)) == 0
