"""Cropping: the page without its empty margins.

Content is whatever has edges, dark on bright or bright on dark, writing as well as pictures; a dark border of the scan
is none. Looked for on a copy; specks of a few thousandths of the page are left out, anything in doubt is kept.
"""

import cv2
import numpy as np

from fastapi_app.services import border
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.layout import Box
from fastapi_app.services.pixels import Pixels, small_copy, to_gray
from fastapi_app.services.raster import Matrix

LONGEST = 1000  # pixels of the copy
FAINTEST = 7.0  # levels that an edge differs by, at least,
GRAIN = 3.0  # and times what the paper's grain does
SPECK = 4  # pixels of the copy: smaller on both sides, joined with what is near, is no content


def content(image: Pixels, margin: float = 2.0) -> Box | None:
    """(x, y, width, height) of all that is on the page, with `margin` per cent of its longer side around it.

    None for a page with nothing on it. Raises BadParameter.
    """
    if not 0 <= margin <= 20:
        raise BadParameter("The margin lies between 0 and 20 per cent of the page.")
    gray = to_gray(image)
    small = small_copy(gray, LONGEST)
    if min(small.shape) < 16:
        return None
    ink = _edges(small) & ~_border_of(gray, small.shape)
    _, _, facts, _ = cv2.connectedComponentsWithStats(cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)))
    pieces = facts[1:][(facts[1:, 2:4] >= SPECK + 4).any(axis=1)]  # four pixels came with the dilation
    if not len(pieces):
        return None
    least, most = pieces[:, :2].min(axis=0), (pieces[:, :2] + pieces[:, 2:4]).max(axis=0)
    size = np.array([gray.shape[1], gray.shape[0]])
    scale = size / small.shape[::-1]
    around = margin / 100 * size.max()
    left, top = np.maximum(np.floor(least * scale - around), 0).astype(int)
    right, bottom = np.minimum(np.ceil(most * scale + around), size).astype(int)
    return int(left), int(top), int(right - left), int(bottom - top)


def crop(image: Pixels, box: Box) -> tuple[Pixels, Matrix]:
    """The part of the image inside the box, and the matrix from old pixel coordinates to new.

    Raises BadParameter where less than eight pixels of a side would be left.
    """
    left, top = max(0, box[0]), max(0, box[1])
    right, bottom = min(image.shape[1], box[0] + box[2]), min(image.shape[0], box[1] + box[3])
    if right - left < min(8, image.shape[1]) or bottom - top < min(8, image.shape[0]):
        raise BadParameter("The box lies outside the page, or next to nothing of the page lies in it.")
    matrix = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    return np.ascontiguousarray(image[top:bottom, left:right]), matrix


def _edges(small: Pixels) -> Matrix:
    """bool (h, w): where brightness changes by more than the grain of the paper does."""
    soft = cv2.GaussianBlur(small, (0, 0), 0.8)
    change = cv2.morphologyEx(soft, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(change > max(FAINTEST, GRAIN * float(np.median(change))))


def _border_of(gray: Pixels, shape: tuple[int, ...]) -> Matrix:
    """bool, of this shape: the dark border and where it ends."""
    mask = border.find(gray).mask.astype(np.uint8)
    sized = cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.dilate(sized, np.ones((9, 9), np.uint8)) > 0)
