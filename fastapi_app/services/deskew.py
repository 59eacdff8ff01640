"""Skew: how far the lines of a page are turned, and turning them back.

The angle maximises the sharpness of the projection profile (Postl 1986; Bloomberg, Kopec and Dasari 1995): summed along
the lines, text alternates between full rows and empty ones. First over the whole range on the ink of a small copy, then
more and more finely on a larger one.

Angles are degrees by which the content is turned counter-clockwise, as seen.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fastapi_app.services import threads
from fastapi_app.services.background import background
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels, halve, halved, to_gray
from fastapi_app.services.raster import Matrix, Skew

COARSE_LONGEST = 640
COARSE_POINTS = 20_000
COARSE_BETWEEN = 8
GLANCE_POINTS = 6_000
COLUMNS, BROADEST = 200, 16
TALLEST = 2600
STRIP = 4
QUARTERS = 4
FAINTEST = 12.0
PAPER_LONGEST = 320
CONFIDENT = 1.75
STRAIGHT = Skew(0.0, 0.0)


def estimate(gray: Pixels, max_angle: float = 45.0, near: Pixels | None = None) -> Skew:
    """The skew of a page within ±max_angle; angle 0 when nothing on the page says it clearly.

    near: the page halved to COARSE_LONGEST, if it is at hand."""
    if not 0 < max_angle <= 45:
        raise BadParameter("The largest angle lies between 0 and 45 degrees.")
    if min(gray.shape) < 32:
        return STRAIGHT
    coarse = _coarse(_ink(_small(gray if near is None else near)), max_angle)
    if coarse.confidence < CONFIDENT:
        return Skew(0.0, coarse.confidence, max_angle)
    columns, squeeze = _columns(gray)
    angle = _fine(_upright(_ink(columns)), coarse.angle, squeeze)
    return Skew(float(np.clip(angle, -max_angle, max_angle)), coarse.confidence, max_angle)


def glance(gray: Pixels, max_angle: float = 15.0) -> Skew:
    """The skew to a degree and its confidence, however small that is; on a small copy, in a few milliseconds."""
    if min(gray.shape) < 32:
        return STRAIGHT
    return _coarse(_ink(_small(gray)), max_angle, points=GLANCE_POINTS, between=0)


def _columns(gray: Pixels) -> tuple[Pixels, float]:
    """The page squeezed from the sides to some COLUMNS, of at most BROADEST pixels, and how many times too narrow it is
    then for its height: lines stay as sharp as they are, at a fraction of the cost. Pages taller than TALLEST also lose
    every other row."""
    height, width = gray.shape
    pixels = int(np.clip(width // COLUMNS // 2 * 2, 2, BROADEST))
    columns = width // (pixels * STRIP) * STRIP or width // pixels
    page = gray[:, : columns * pixels]
    if height > TALLEST:
        page = halve(page)  # by twos in both directions, which OpenCV is quick at, and the rest of the way after
        pixels //= 2
    squeezed = cv2.reduce(np.ascontiguousarray(page).reshape(-1, pixels), 1, cv2.REDUCE_AVG).reshape(-1, columns)
    return squeezed, float(pixels)


def _upright(ink: Pixels) -> Matrix:
    """float32 (w, h): column by column, blurred along them."""
    # Rows of grain and the blocks of a JPEG lie level: unblurred, they would draw the angle to 0.
    return cv2.transpose(cv2.GaussianBlur(ink, (1, 5), 1.5)).astype(np.float32)


def _small(gray: Pixels) -> Pixels:
    gray = halved(gray, COARSE_LONGEST)
    scale = min(1.0, COARSE_LONGEST / max(gray.shape))
    return cv2.resize(gray, (0, 0), fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)


def _ink(gray: Pixels) -> Pixels:
    """(h, w) uint8, 0 on paper: darkness against what is above and below, grain cut off. Broad dark areas vanish."""
    kernel = np.ones((max(3, gray.shape[0] // 80) | 1, 1), np.uint8)
    dark = cv2.subtract(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, kernel), gray)
    level, _ = cv2.threshold(dark, 0, 255, cv2.THRESH_OTSU)
    return cv2.threshold(dark, max(FAINTEST, 0.5 * level), 255, cv2.THRESH_TOZERO)[1]


def _coarse(ink: Pixels, max_angle: float, points: int = COARSE_POINTS, between: int = COARSE_BETWEEN) -> Skew:
    """The best of whole degrees, and of those half-way beside the `between` best: by projecting the ink's points."""
    found = cv2.findNonZero(ink)
    if found is None or len(found) < 50:
        return STRAIGHT
    columns, rows = found.reshape(-1, 2).T
    chance = np.random.default_rng(0)  # the same on every run
    if len(rows) > points:
        chosen = chance.choice(len(rows), points, replace=False)
        rows, columns = rows[chosen], columns[chosen]
    # Points spread over their pixels: on the bare grid, 0 and 45 degrees would look sharp on any picture.
    x = (columns + chance.uniform(-0.5, 0.5, len(columns)) - ink.shape[1] / 2).astype(np.float32)
    y = (rows + chance.uniform(-0.5, 0.5, len(rows)) - ink.shape[0] / 2).astype(np.float32)
    reach = float(np.hypot(*ink.shape)) / 2 + 2
    scores = {angle: _sharpness(x, y, angle, reach) for angle in np.arange(-max_angle, max_angle + 1e-6).tolist()}
    # Scattered points alone give twice their number.
    ordinary = max(float(np.median(list(scores.values()))), 2.0 * len(x))
    for angle in sorted(scores, key=scores.__getitem__)[-between:] if between else ():
        for beside in (angle - 0.5, angle + 0.5):
            if beside not in scores and abs(beside) <= max_angle:
                scores[beside] = _sharpness(x, y, beside, reach)
    best = max(scores, key=scores.__getitem__)
    return Skew(best, scores[best] / ordinary)


def _sharpness(x: Matrix, y: Matrix, angle: float, reach: float) -> float:
    """Energy of the differences between neighbouring rows, along lines that rise by `angle` degrees."""
    across = cv2.addWeighted(y, np.cos(np.deg2rad(angle)), x, np.sin(np.deg2rad(angle)), reach)
    profile = np.bincount(across.ravel().astype(np.intp), minlength=int(2 * reach) + 2)
    return float(np.square(np.diff(profile)).sum())


def _fine(columns: Matrix, angle: float, squeeze: float) -> float:
    """Refines a coarse angle, in two rounds, by shifting upright strips of the page against each other.

    `squeeze`: how many times narrower the page is than it should be for its height. The first round looks at what is
    some rows apart, lest rows of grain outweigh lines of text.
    """
    slope = np.tan(np.deg2rad(angle)) * squeeze
    strips = _strips(columns, slope)
    for reach, count, apart in ((0.6, 9, 8), (0.16, 5, 2)):
        slopes = np.tan(np.deg2rad(angle + np.linspace(-reach, reach, count))) * squeeze - slope
        scores = np.array([strips.sharpness(each, apart) for each in slopes])
        best = int(scores.argmax())
        angle += -reach + 2 * reach / (count - 1) * (best + _vertex(scores, best))
    return angle


@dataclass(frozen=True, eq=False)
class Strips:
    """Row sums of upright strips of a page, nearly level: float32 (QUARTERS, strips, h), moved down by 0, ¼, ½ and ¾ of
    a pixel; the strips' centres from the middle of the page; and how far each should still be lifted to be level."""

    sums: Matrix
    centres: Matrix
    rest: Matrix

    def sharpness(self, slope: float, apart: int) -> float:
        """Of the profile, by rows so far `apart`, when each strip is moved by what `slope` lifts it, in quarters."""
        places = np.rint((self.centres * slope + self.rest) * QUARTERS).astype(int)
        whole, part = places // QUARTERS, places % QUARTERS
        height = self.sums.shape[2]
        profile = np.zeros(height + int(np.ptp(whole)), np.float32)
        for strip, (start, quarter) in enumerate(zip((whole - whole.min()).tolist(), part.tolist(), strict=True)):
            lines = profile[start : start + height]
            np.add(lines, self.sums[quarter, strip], out=lines)
        return float(np.square(profile[apart:] - profile[:-apart]).sum())


def _strips(columns: Matrix, slope: float) -> Strips:
    """Columns are moved against `slope` by whole pixels; what that leaves of a strip's lift, its `rest` says."""
    width, height = columns.shape
    lifts = slope * (np.arange(width) - (width - 1) / 2)
    whole = np.rint(lifts).astype(int)
    starts = (whole - whole.min()).tolist()
    count = max(2, width // STRIP)
    strip_of = np.minimum(np.arange(width) * count // width, count - 1)
    sums = np.zeros((QUARTERS, count, height + int(np.ptp(whole)) + 1), np.float32)
    for column, strip, start in zip(columns, strip_of.tolist(), starts, strict=True):
        lines = sums[0, strip, start : start + height]
        np.add(lines, column, out=lines)
    for quarter in range(1, QUARTERS):
        share = quarter / QUARTERS
        sums[quarter, :, 1:] = (1 - share) * sums[0, :, 1:] + share * sums[0, :, :-1]
        sums[quarter, :, 0] = (1 - share) * sums[0, :, 0]
    members = np.bincount(strip_of, minlength=count)
    centres = np.bincount(strip_of, np.arange(width), count) / members - (width - 1) / 2
    return Strips(sums, centres, np.bincount(strip_of, lifts - whole, count) / members)


def _vertex(scores: Matrix, best: int) -> float:
    """Where a parabola through the best score and its neighbours peaks, in steps from the best."""
    if not 0 < best < len(scores) - 1:
        return 0.0
    left, middle, right = scores[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else float(0.5 * (left - right) / bend)


def turn(image: Pixels, angle: float, paper: Pixels | None = None) -> tuple[Pixels, Matrix]:
    """Turns the content clockwise by `angle` on a canvas that grows so that nothing is lost.

    Returns the image and the matrix from the old pixel coordinates to the new. New corners continue the paper around
    them, in its brightness and colour, so that no edge appears that later steps would take for ink; `paper` is the
    background, where it is known.
    """
    if angle == 0:
        return image, np.eye(3)
    height, width = image.shape[:2]
    matrix, size = _rotation(width, height, angle)
    canvas = _canvas(background(image, PAPER_LONGEST) if paper is None else paper, width, matrix, size)
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


def _canvas(paper: Pixels, width: int, matrix: Matrix, size: tuple[int, int]) -> Pixels:
    """The background of a page of this width, turned the same way and continued to the corners."""
    scale = paper.shape[1] / width
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    turn_small = matrix[:2].copy()
    turn_small[:, 2] *= scale
    turned = cv2.warpAffine(paper, turn_small, small, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(turned, size, interpolation=cv2.INTER_LINEAR)


def deskew(
    image: Pixels,
    max_angle: float = 45.0,
    min_angle: float = 0.0,
    known: Skew | None = None,
    paper: Pixels | None = None,
) -> tuple[Pixels, Matrix, Skew]:
    """The image turned straight, the matrix to it, and the skew that was taken out; `known` is that of these pixels,
    `paper` their background, as far as they have been measured.

    A page that is off by less than `min_angle`, or than half a pixel from side to side, is level: turning would only
    soften it.
    """
    if known is not None and known.within == max_angle:
        skew = known
    else:
        skew, paper = threads.both(
            lambda: estimate(to_gray(image), max_angle),
            lambda: background(image, PAPER_LONGEST) if paper is None else paper,
        )
    if abs(skew.angle) < min_angle or abs(np.tan(np.deg2rad(skew.angle))) * image.shape[1] < 0.5:
        skew = replace(skew, angle=0.0)
    turned, matrix = turn(image, skew.angle, paper)
    return turned, matrix, skew
