"""The paper behind the ink: estimated on a small copy, where it costs nothing and strokes disappear more easily."""

import cv2
import numpy as np

from fastapi_app.services.pixels import Pixels, small_copy

LONGEST = 480
FAST_MEDIAN = 5  # the largest window for which OpenCV has a fast median; twice that does a larger one's work


def background(image: Pixels, longest: int = LONGEST, reach: float = 0.02) -> Pixels:
    """uint8, gray or BGR like the image: brightness of the paper, on a copy of at most `longest` pixels. Never 0.

    A closing removes what is darker than its surroundings and narrower than `reach` of the page, which strokes are; a
    median what remains of words, and a blur the steps in between.
    """
    small = small_copy(image, longest)
    size = odd(max(small.shape[:2]) * reach)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth = cv2.medianBlur(closed, min(size, FAST_MEDIAN))
    if size > FAST_MEDIAN:
        smooth = cv2.medianBlur(smooth, FAST_MEDIAN)
    return np.maximum(cv2.GaussianBlur(smooth, (0, 0), size / 3), 1)


def odd(size: float) -> int:
    """The nearest odd number from 3 on, as window sizes have to be."""
    return max(3, int(size) // 2 * 2 + 1)
