"""`Raster`: the pixels of one page, with its resolution, the way back to the page they came from, and what a look has
measured of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastapi_app.services import pixels as pixel
from fastapi_app.services.decode import inspect as _inspect
from fastapi_app.services.decode import page_pixels
from fastapi_app.services.encode import MEDIA_TYPES, encode_pixels
from fastapi_app.services.headers import FORMATS, Frame, ImageFile, Limits
from fastapi_app.services.headers import channels as _channels
from fastapi_app.services.pixels import Pixels

__all__ = ["FORMATS", "MEDIA_TYPES", "Frame", "ImageFile", "Limits", "Matrix", "Pixels", "Raster", "Skew",
           "channels", "decode", "encode", "inspect", "reduce"]  # fmt: skip

Matrix = NDArray[Any]
"""float64 (3, 3), homogeneous."""


def _identity() -> Matrix:
    return np.eye(3)


@dataclass(frozen=True)
class Skew:
    """angle: degrees by which the lines are turned counter-clockwise, as seen. confidence: how many times sharper the
    profile is there than at an ordinary angle. within: ± how many degrees were looked through on the page itself; 0 for
    a glance."""

    angle: float
    confidence: float
    within: float = 0.0


@dataclass(frozen=True, eq=False)
class Raster:
    """One page in memory.

    pixels: uint8 (h, w) gray or (h, w, 3) BGR. dpi: dots per inch, None when unknown.
    matrix: maps pixel coordinates of the ORIGINAL (the upright decoded page) to this raster's; pixel centres are whole
    numbers. original: (width, height) of the original; that of these pixels if not given. skew, paper: of these pixels,
    if a look has measured them; the paper as `deskew` wants its background.
    """

    pixels: Pixels
    dpi: float | None = None
    matrix: Matrix = field(default_factory=_identity)
    original: tuple[int, int] = (0, 0)
    skew: Skew | None = None
    paper: Pixels | None = None

    def __post_init__(self) -> None:
        if self.original == (0, 0):
            object.__setattr__(self, "original", (self.width, self.height))

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def channels(self) -> int:
        return 1 if self.pixels.ndim == 2 else int(self.pixels.shape[2])

    @property
    def is_bilevel(self) -> bool:
        return pixel.is_bilevel(self.pixels)

    def to_original(self, x: float, y: float) -> tuple[float, float]:
        """The point of the original that lies under (x, y) of this raster."""
        point = np.linalg.solve(self.matrix, (x, y, 1.0))
        return float(point[0] / point[2]), float(point[1] / point[2])

    def from_original(self, points: Sequence[tuple[float, float]]) -> Matrix:
        """float64 (n, 2): where points of the original lie on this raster."""
        mapped = np.array([(x, y, 1.0) for x, y in points]) @ self.matrix.T
        return np.asarray(mapped[:, :2] / mapped[:, 2:])

    def box_from_original(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Upright bounds, on this raster, of a box (x, y, width, height) on the original."""
        x, y, width, height = box
        # Corners are edges of pixels, half a pixel off the centres that the matrix maps.
        edges = [(at - 0.5, row - 0.5) for at in (x, x + width) for row in (y, y + height)]
        points = self.from_original(edges) + 0.5
        left, top = (round(float(value)) for value in points.min(axis=0))
        right, bottom = (round(float(value)) for value in points.max(axis=0))
        return left, top, right - left, bottom - top

    def moved(self, pixels: Pixels, matrix: Matrix) -> "Raster":
        """New pixels that `matrix` maps these coordinates to; the resolution follows."""
        dpi = None if self.dpi is None else round(self.dpi * _scale(matrix, pixels.shape), 2)
        return replace(self, pixels=pixels, matrix=matrix @ self.matrix, dpi=dpi, skew=None, paper=None)

    def repainted(self, pixels: Pixels) -> "Raster":
        """New pixels on the same grid."""
        return self if pixels is self.pixels else replace(self, pixels=pixels, skew=None, paper=None)


def _scale(matrix: Matrix, shape: Sequence[int]) -> float:
    """How many new pixels an old one is long, in the middle of the new page."""
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2, 1.0])
    old = np.linalg.solve(matrix, middle)
    depth = float(matrix[2] @ (old / old[2]))
    return float(np.sqrt(abs(np.linalg.det(matrix) / depth**3)))


def decode(data: bytes, *, frame: int = 0, gray: bool = False, limits: Limits | None = None) -> Raster:
    """One page of a file, upright. Raises NotAnImage, ImageTooLarge, UnusableImage; BadParameter for no such frame."""
    pixels, declared = page_pixels(data, frame, limits or Limits(), gray=gray)
    return Raster(pixels, declared.dpi)


def inspect(data: bytes, *, limits: Limits | None = None) -> ImageFile:
    """Format and pages of a file; refuses what `decode` would refuse of its first page."""
    return _inspect(data, limits or Limits())


def channels(data: bytes, *, limits: Limits | None = None) -> int:
    """Of the first page as the file says: 1 or 3. Refuses what cannot be opened."""
    return _channels(data, limits or Limits())


def encode(raster: Raster, format: str = "png") -> bytes:
    """Bytes of a png, jpeg, webp or tiff file, one bit a pixel for a page of two levels where the format can."""
    return encode_pixels(raster.pixels, format, raster.dpi)


def reduce(raster: Raster, longest: int) -> Raster:
    """A copy with at most `longest` pixels on the longer side; dpi and matrix follow."""
    pixels = pixel.shrink(raster.pixels, longest)
    if pixels is raster.pixels:
        return raster
    across, down = pixels.shape[1] / raster.width, pixels.shape[0] / raster.height
    matrix = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    return raster.moved(pixels, matrix)
