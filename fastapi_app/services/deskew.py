"""Skew: how far the lines of a page are turned, and turning them back.

The angle maximises the sharpness of the projection profile (Postl 1986; Bloomberg, Kopec and Dasari 1995): summed along
the lines, text alternates between full rows and empty ones. First over the whole range on the ink of a small copy, then
more and more finely on a larger one.

Angles are degrees by which the content is turned counter-clockwise, as seen.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fastapi_app.services.background import background
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels, shrink, to_gray
from fastapi_app.services.raster import Matrix

COARSE_LONGEST = 640
COARSE_POINTS = 20_000
GLANCE_POINTS = 6_000
COLUMN = 4
TALLEST = 2600
STRIP = 8
FAINTEST = 12.0
PAPER_LONGEST = 320
CONFIDENT = 1.75


@dataclass(frozen=True)
class Skew:
    """`angle` in degrees; `confidence`: how many times sharper the profile is there than at an ordinary angle."""

    angle: float
    confidence: float


STRAIGHT = Skew(0.0, 0.0)


def estimate(gray: Pixels, max_angle: float = 45.0) -> Skew:
    """The skew of a page within ±max_angle; angle 0 when nothing on the page says it clearly."""
    if not 0 < max_angle <= 45:
        raise BadParameter("The largest angle lies between 0 and 45 degrees.")
    if min(gray.shape) < 32:
        return STRAIGHT
    columns = _columns(gray)
    coarse = _coarse(_ink(_isotropic(columns, gray.shape)), max_angle)
    if coarse.confidence < CONFIDENT:
        return Skew(0.0, coarse.confidence)
    angle = _fine(_ink(columns), coarse.angle, COLUMN / (gray.shape[0] // columns.shape[0]))
    return Skew(float(np.clip(angle, -max_angle, max_angle)), coarse.confidence)


def glance(gray: Pixels, max_angle: float = 15.0) -> Skew:
    """The skew to a degree and its confidence, however small that is; on a small copy, in a few milliseconds."""
    if min(gray.shape) < 32:
        return STRAIGHT
    return _coarse(_ink(shrink(gray, COARSE_LONGEST)), max_angle, apart=1.0, points=GLANCE_POINTS)


def _columns(gray: Pixels) -> Pixels:
    """The page squeezed from the sides, COLUMN pixels into one: lines stay as sharp as they are, at a quarter the cost.

    Pages taller than TALLEST also lose every other row.
    """
    height, width = gray.shape
    rows = 1 if height <= TALLEST else 2
    size = (width // (COLUMN * STRIP) * STRIP or width // COLUMN, height // rows)
    return cv2.resize(gray[: size[1] * rows, : size[0] * COLUMN], size, interpolation=cv2.INTER_AREA)


def _isotropic(columns: Pixels, shape: tuple[int, ...]) -> Pixels:
    scale = min(1.0, COARSE_LONGEST / max(shape))
    size = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
    return cv2.resize(columns, size, interpolation=cv2.INTER_AREA)


def _ink(gray: Pixels) -> Pixels:
    """(h, w) uint8, 0 on paper: darkness against what is above and below, grain cut off. Broad dark areas vanish."""
    kernel = np.ones((max(3, gray.shape[0] // 80) | 1, 1), np.uint8)
    dark = cv2.subtract(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, kernel), gray)
    level, _ = cv2.threshold(dark, 0, 255, cv2.THRESH_OTSU)
    return cv2.threshold(dark, max(FAINTEST, 0.5 * level), 255, cv2.THRESH_TOZERO)[1]


def _coarse(ink: Pixels, max_angle: float, apart: float = 0.5, points: int = COARSE_POINTS) -> Skew:
    """The best of all angles `apart` degrees apart, by projecting the ink's points."""
    rows, columns = np.nonzero(ink)
    if len(rows) < 50:
        return STRAIGHT
    chance = np.random.default_rng(0)  # the same on every run
    if len(rows) > points:
        chosen = chance.choice(len(rows), points, replace=False)
        rows, columns = rows[chosen], columns[chosen]
    # Points spread over their pixels: on the bare grid, 0 and 45 degrees would look sharp on any picture.
    x = columns + chance.uniform(-0.5, 0.5, len(columns)) - ink.shape[1] / 2
    y = rows + chance.uniform(-0.5, 0.5, len(rows)) - ink.shape[0] / 2
    angles = np.arange(-max_angle, max_angle + apart / 2, apart)
    reach = float(np.hypot(*ink.shape)) / 2 + 2
    scores = np.array([_sharpness(x, y, np.deg2rad(angle), reach) for angle in angles])
    best = int(scores.argmax())
    # Scattered points alone give twice their number.
    ordinary = max(float(np.median(scores)), 2.0 * len(x))
    return Skew(float(angles[best]), float(scores[best]) / ordinary)


def _sharpness(x: Matrix, y: Matrix, angle: float, reach: float) -> float:
    """Energy of the differences between neighbouring rows, along lines that rise by `angle`."""
    across = y * np.cos(angle) + x * np.sin(angle) + reach
    profile = np.bincount(across.astype(np.int32), minlength=int(2 * reach) + 2)
    return float(np.square(np.diff(profile)).sum())


def _fine(ink: Pixels, angle: float, squeeze: float) -> float:
    """Refines a coarse angle, in two rounds, by shifting upright strips of the page against each other.

    `squeeze`: how many times narrower the page is than it should be for its height.
    """
    for reach, count in ((0.6, 11), (0.09, 7)):
        slope = np.tan(np.deg2rad(angle)) * squeeze
        strips, centres = _strips(ink, slope)
        slopes = np.tan(np.deg2rad(angle + np.linspace(-reach, reach, count))) * squeeze - slope
        scores = np.array([_strip_sharpness(strips, centres, each) for each in slopes])
        best = int(scores.argmax())
        angle += -reach + 2 * reach / (count - 1) * (best + _vertex(scores, best))
    return angle


def _strips(ink: Pixels, slope: float) -> tuple[Matrix, Matrix]:
    """Row sums of upright strips, float32 (strips, h'), sheared level by `slope`, and their centres from the middle."""
    height, width = ink.shape
    lift = slope * (width - 1) / 2
    margin = int(abs(lift)) + 1
    shear = np.array([[1, 0, 0], [slope, 1, margin - lift]], np.float64)
    level = cv2.warpAffine(ink, shear, (width, height + 2 * margin), flags=cv2.INTER_LINEAR)
    count = max(2, width // STRIP)
    sums = cv2.resize(level, (count, level.shape[0]), interpolation=cv2.INTER_AREA)
    centres = (np.arange(count) + 0.5) * width / count - width / 2
    return np.ascontiguousarray(sums.T.astype(np.float32)), centres


def _strip_sharpness(strips: Matrix, centres: Matrix, slope: float) -> float:
    """Sharpness of the profile when every strip is moved by what `slope` lifts it, to a fraction of a pixel."""
    height = strips.shape[1]
    shifts = centres * slope
    whole = np.floor(shifts).astype(np.int32)
    part = (shifts - whole).astype(np.float32)
    margin = int(np.abs(whole).max()) + 2
    profile = np.zeros(height + 2 * margin, np.float32)
    for strip, offset, share in zip(strips, whole, part, strict=True):
        profile[margin + offset : margin + offset + height] += (1 - share) * strip
        profile[margin + offset + 1 : margin + offset + 1 + height] += share * strip
    return float(np.square(np.diff(profile)).sum())


def _vertex(scores: Matrix, best: int) -> float:
    """Where a parabola through the best score and its neighbours peaks, in steps from the best."""
    if not 0 < best < len(scores) - 1:
        return 0.0
    left, middle, right = scores[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else float(0.5 * (left - right) / bend)


def turn(image: Pixels, angle: float) -> tuple[Pixels, Matrix]:
    """Turns the content clockwise by `angle` on a canvas that grows so that nothing is lost.

    Returns the image and the matrix from the old pixel coordinates to the new. New corners continue the paper around
    them, in its brightness and colour, so that no edge appears that later steps would take for ink.
    """
    if angle == 0:
        return image, np.eye(3)
    height, width = image.shape[:2]
    matrix, size = _rotation(width, height, angle)
    canvas = _paper_canvas(image, matrix, size)
    turned = cv2.warpAffine(
        image, matrix[:2], size, dst=canvas, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    return turned, matrix


def _rotation(width: int, height: int, angle: float) -> tuple[Matrix, tuple[int, int]]:
    """The clockwise turn about the middle of the page, and (width, height) of the canvas that holds all of it."""
    sine, cosine = np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))
    new_width = int(np.ceil(width * cosine + height * abs(sine) - 1e-6))
    new_height = int(np.ceil(height * cosine + width * abs(sine) - 1e-6))
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix[:2, 2] = np.array([(new_width - 1) / 2, (new_height - 1) / 2]) - matrix[:2, :2] @ middle
    return matrix, (new_width, new_height)


def _paper_canvas(image: Pixels, matrix: Matrix, size: tuple[int, int]) -> Pixels:
    """The page's background, turned the same way and continued to the corners."""
    paper = background(image, PAPER_LONGEST)
    scale = paper.shape[1] / image.shape[1]
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    turn_small = matrix[:2].copy()
    turn_small[:, 2] *= scale
    turned = cv2.warpAffine(paper, turn_small, small, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(turned, size, interpolation=cv2.INTER_LINEAR)


def deskew(image: Pixels, max_angle: float = 45.0, min_angle: float = 0.0) -> tuple[Pixels, Matrix, Skew]:
    """The image turned straight, the matrix to it, and the skew that was taken out.

    A page that is off by less than `min_angle`, or than half a pixel from side to side, is level: turning would only
    soften it.
    """
    skew = estimate(to_gray(image), max_angle)
    if abs(skew.angle) < min_angle or abs(np.tan(np.deg2rad(skew.angle))) * image.shape[1] < 0.5:
        skew = replace(skew, angle=0.0)
    turned, matrix = turn(image, skew.angle)
    return turned, matrix, skew
