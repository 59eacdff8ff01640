"""What a phone makes of a page: turned, lit from one side, on yellowed paper, a little soft, grainy."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from samples.drawing import Pixels, draw
from samples.texts import ENGLISH, HEBREW

PAPER = (0.80, 0.91, 0.95)  # blue, green, red: yellowed
SAMPLE_ANGLE = 3.0


def photograph(page: Pixels, *, angle: float = 3.0, shade: float = 0.5, grain: float = 6.0, seed: int = 1) -> Pixels:
    """(h, w, 3) uint8 BGR of a gray page.

    angle: degrees counter-clockwise. shade: share of the light that is missing in the darkest corner, 0 to 1.
    grain: standard deviation of the noise in gray levels.
    """
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
    soft = cv2.GaussianBlur(turned, (0, 0), 0.8).astype(np.float32)
    ink_and_paper = 30 + soft * (215 / 255)  # ink is never quite black
    lit = ink_and_paper * _light(height, width, shade)
    noise = np.random.default_rng(seed).normal(0, grain, page.shape).astype(np.float32)
    bands = [np.clip(lit * tint + noise, 0, 255) for tint in PAPER]
    return np.dstack(bands).astype(np.uint8)


def lay_down(page: Pixels, corners: Sequence[tuple[float, float]], *, width: int, height: int, seed: int = 1) -> Pixels:
    """(height, width, 3) uint8 BGR: a gray page as a sheet on a dark desk, its corners there, clockwise from its own
    top left; lit from one side, soft and grainy as `photograph` has it."""
    desk = np.random.default_rng(seed).normal(70, 25, (height // 16, width // 16)).astype(np.float32)
    wood = cv2.GaussianBlur(cv2.resize(desk, (width, height), interpolation=cv2.INTER_CUBIC), (0, 0), 3)
    right, bottom = page.shape[1] - 0.5, page.shape[0] - 0.5  # the outer edges of the outermost pixels
    edges = np.array([(-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom)], np.float32)
    matrix = cv2.getPerspectiveTransform(edges, np.array(corners, np.float32))
    sheet = cv2.warpPerspective(page, matrix, (width, height), flags=cv2.INTER_AREA)
    lies = cv2.warpPerspective(np.full_like(page, 255), matrix, (width, height), flags=cv2.INTER_LINEAR)
    scene = np.where(lies > 127, sheet, np.clip(wood, 20, 120)).astype(np.uint8)
    return photograph(scene, angle=0, shade=0.4, grain=5, seed=seed)


def _light(height: int, width: int, shade: float) -> Pixels:
    """(height, width) float32: 1 at the lamp, 1 − shade in the far corner, darker towards the gutter on the left."""
    across = np.linspace(1 - 0.75 * shade, 1, width, dtype=np.float32)
    down = np.linspace(1, 1 - 0.25 * shade, height, dtype=np.float32)
    gutter = 1 - 0.3 * shade * np.exp(-np.linspace(0, 12, width, dtype=np.float32))
    return (down[:, None] * (across * gutter)[None, :]).astype(np.float32)


@cache
def sample_page() -> bytes:
    """JPEG, 2000 × 2800, turned by SAMPLE_ANGLE; `samples.TRUTH` holds its lines."""
    page = draw((*ENGLISH, "", *HEBREW))
    image = photograph(page, angle=SAMPLE_ANGLE, shade=0.6, grain=7, seed=7)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
