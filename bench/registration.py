"""By how much a page is still turned against the page that it was made from, told without measuring skew."""

import cv2
import numpy as np

from bench.pages import Pixels

SIDES = (150, 600)  # longest side, coarse to fine
STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 200, 1e-7)


def turned_by(page: Pixels, straight: Pixels) -> float | None:
    """Degrees counter-clockwise, None where the one cannot be laid over the other (Evangelidis and Psarakis 2008)."""
    matrix: Pixels = np.eye(2, 3, dtype=np.float32)
    for number, side in enumerate(SIDES):
        scale = side / max(straight.shape)
        fixed, moving = _ink(straight, scale), _ink(_around_middle(page, straight.shape), scale)
        matrix[:, 2] *= side / SIDES[max(0, number - 1)]
        try:
            matrix = np.asarray(cv2.findTransformECC(fixed, moving, matrix, cv2.MOTION_EUCLIDEAN, STEPS)[1])
        except cv2.error:  # no fit: not the same page any more
            return None
    return -float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])))


def _around_middle(page: Pixels, shape: tuple[int, ...]) -> Pixels:
    """Cut or given a margin, evenly: what turns a page makes its canvas larger."""
    for axis in (0, 1):
        spare = page.shape[axis] - shape[axis]
        if spare > 0:
            page = page.take(range(spare // 2, spare // 2 + shape[axis]), axis)
        elif spare < 0:
            before = -spare // 2
            page = np.pad(page, [(before, -spare - before) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
    return page


def _ink(page: Pixels, scale: float) -> Pixels:
    """float32: how dark each place is against its surroundings, on a small, soft copy."""
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    return cv2.GaussianBlur(cv2.GaussianBlur(small, (0, 0), 15 * scale * 4) - small, (0, 0), 1.5)
