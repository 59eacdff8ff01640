"""Boxes between a raster and the original that it was made from."""

import numpy as np

from fastapi_app.services.layout import Box
from fastapi_app.services.pixels import Pixels
from fastapi_app.services.raster import Matrix, Raster


def on_original(box: Box, raster: Raster) -> Box:
    """Upright bounds, on the original, of a box on this raster; cut at the original's edges."""
    return _bounds(_mapped(box, np.linalg.inv(raster.matrix)), raster.original)


def on_raster(box: Box, raster: Raster) -> Box:
    """Upright bounds, on this raster, of a box on the original; cut at the raster's edges."""
    return _bounds(_mapped(box, raster.matrix), (raster.width, raster.height))


def _mapped(box: Box, matrix: Matrix) -> Pixels:
    """(4, 2) float64: the corners; they are edges of pixels, half a pixel off the centres that the matrix maps."""
    x, y, width, height = box
    corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
    points = np.array([(cx - 0.5, cy - 0.5, 1.0) for cx, cy in corners]) @ matrix.T
    return np.asarray(points[:, :2] / points[:, 2:] + 0.5)


def _bounds(points: Pixels, size: tuple[int, int]) -> Box:
    left, top = (round(float(v)) for v in np.clip(points.min(axis=0), 0, size))
    right, bottom = (round(float(v)) for v in np.clip(points.max(axis=0), 0, size))
    return (left, top, right - left, bottom - top)
