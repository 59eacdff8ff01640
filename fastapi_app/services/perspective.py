"""A photographed sheet straightened to the rectangle that it is, by the homography of its four corners."""

from collections.abc import Sequence

import cv2
import numpy as np

from fastapi_app.services import sheet
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels, to_gray
from fastapi_app.services.raster import Matrix

OUTSIDE = 0.1  # of the photograph's longer side: how far a given corner may lie off it
SMALLEST = 0.01  # of the photograph
LARGEST = 1.25  # of the photograph: what the result may have of its pixels
FOCAL = (0.4, 4.0)  # of the photograph's longer side: focal lengths that cameras have
PHONE = 0.8  # the same of phones
SLANT = 0.01  # how much two opposite sides must run together before the focal length can be told from it


def straighten(image: Pixels, corners: Matrix | None = None) -> tuple[Pixels, Matrix, Matrix | None]:
    """The sheet as a rectangle, the homography from old pixel coordinates to new, and its corners (4, 2).

    Corners are (x, y) in these pixels, clockwise from the sheet's top left. Without any they are looked for; a page
    where no sheet is found surely comes back as it is, with None for corners. Raises BadParameter for given corners
    that lie off the photograph or too near to each other.
    """
    if corners is None:
        found = sheet.find(to_gray(image))
        if found is None or found.confidence < sheet.CONFIDENT:
            return image, np.eye(3), None
        corners = found.corners
    else:
        _check(corners, image.shape)
    width, height = _size(corners, image.shape)
    unit = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    target = unit * (width, height) - 0.5  # corners are the outer edges of the outermost pixels
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32)).astype(np.float64)
    pixels = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return pixels, matrix, corners


def turned_by(matrix: Matrix, shape: Sequence[int]) -> float:
    """Degrees by which the content in the middle of a page of this shape was turned counter-clockwise before."""
    back = np.linalg.inv(matrix)
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2, 1.0])
    left, right = (back @ (middle + np.array([step, 0.0, 0.0])) for step in (-0.5, 0.5))
    x, y = right[:2] / right[2] - left[:2] / left[2]
    return float(np.rad2deg(np.arctan2(-y, x)))


def _check(corners: Matrix, shape: Sequence[int]) -> None:
    size = np.array([shape[1], shape[0]], np.float64)
    slack = OUTSIDE * size.max()
    if (corners < -slack).any() or (corners > size + slack).any():
        raise BadParameter("The corners lie outside the image.")
    if not sheet.is_convex(corners):
        raise BadParameter("The corners do not go round a sheet clockwise.")
    if sheet.area(corners) < SMALLEST * size.prod() or _sides(corners).min() < 8:
        raise BadParameter("The corners are too near to each other.")


def _sides(corners: Matrix) -> Matrix:
    """Lengths of the top, right, bottom and left side."""
    return np.asarray(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1))


def _size(corners: Matrix, shape: Sequence[int]) -> tuple[int, int]:
    """Width and height of the sheet in pixels: its true proportions, at the resolution of its larger sides."""
    top, right, bottom, left = _sides(corners)
    width, height = max(top, bottom), max(left, right)
    ratio = _proportions(corners, shape)
    width, height = max(width, height * ratio), max(height, width / ratio)
    scale = min(1.0, np.sqrt(LARGEST * shape[0] * shape[1] / (width * height)))
    return max(8, round(width * scale)), max(8, round(height * scale))


def _proportions(corners: Matrix, shape: Sequence[int]) -> float:
    """Width by height of the real sheet (Zhang and He 2007, section 3); the lens looked at the photograph's middle."""
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    one, two, four, three = (np.array([*(corner - middle), 1.0]) for corner in corners)
    second = np.cross(one, four) @ three / (np.cross(two, four) @ three)
    third = np.cross(one, four) @ two / (np.cross(three, four) @ two)
    across, down = second * two - one, third * three - one
    lens = np.array([1 / _focal_squared(across, down, max(shape[:2])), 1.0])[[0, 0, 1]]
    return float(np.sqrt((across**2 @ lens) / (down**2 @ lens)))


def _focal_squared(across: Matrix, down: Matrix, longest: int) -> float:
    """By the two vanishing points; a phone's, where the sheet was seen too squarely to tell or no camera has it."""
    least, most = ((limit * longest) ** 2 for limit in FOCAL)
    if min(abs(across[2]), abs(down[2])) > SLANT:
        told = float(-(across[:2] @ down[:2]) / (across[2] * down[2]))
        if least < told < most:
            return told
    return (PHONE * longest) ** 2
