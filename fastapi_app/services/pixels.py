"""Arrays of pixels: the two forms that the engine works on, and the way from any other array to them."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fastapi_app.services.errors import UnusableImage

Pixels = NDArray[Any]
"""uint8, (h, w) gray or (h, w, 3) in blue, green, red order."""


def normalize(image: NDArray[Any]) -> Pixels:
    """Any image array as uint8 gray or BGR: booleans, 16 bits, floats and a fourth (alpha) channel are converted."""
    if image.ndim not in (2, 3) or image.size == 0:
        raise UnusableImage("The image has no pixels.")
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    depth = to_eight_bits(image)
    if depth.ndim == 3 and depth.shape[2] == 4:
        return over_white(depth)
    if depth.ndim == 3 and depth.shape[2] != 3:
        raise UnusableImage(f"An image with {depth.shape[2]} channels is neither gray nor colour.")
    return depth


def to_eight_bits(image: NDArray[Any]) -> Pixels:
    """Full range to full range: 65535 → 255; floats by their maximum or 1, signed integers by theirs or 255."""
    if image.dtype == np.uint8:
        return image
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * 255
    wide = np.nan_to_num(image.astype(np.float32), posinf=0.0, neginf=0.0)
    least = {"f": 1.0, "u": float(np.iinfo(np.uint16).max)}.get(image.dtype.kind, 255.0)
    top = max(least, float(wide.max(initial=0.0)))
    return np.asarray(np.clip(wide * (255.0 / top) + 0.5, 0, 255), np.uint8)


def over_white(image: Pixels) -> Pixels:
    """(h, w, 4) with alpha last → (h, w, 3), lying on white paper."""
    alpha = image[:, :, 3:4].astype(np.uint16)
    paper = image[:, :, :3].astype(np.uint16) * alpha + 255 * (255 - alpha)
    return np.asarray((paper + 127) // 255, np.uint8)


def to_gray(image: NDArray[Any]) -> Pixels:
    """(h, w) uint8 luminance (Rec. 601, as JPEG weighs it)."""
    pixels = normalize(image)
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim == 3 else pixels


def is_bilevel(pixels: Pixels) -> bool:
    """True for a gray page of only 0 and 255."""
    return pixels.ndim == 2 and _has_two_levels(pixels[::37]) and _has_two_levels(pixels)  # most end at the sample


def _has_two_levels(pixels: Pixels) -> bool:
    """What is not 0 adds up to 255 each only where all of it is 255."""
    return bool(cv2.sumElems(pixels)[0] == 255 * cv2.countNonZero(pixels))


def quantiles(levels: NDArray[Any], *shares: float) -> list[int]:
    """Of whole numbers from 0 on, the lower one of two. Counted, in a quarter of the time of sorting."""
    counted = np.bincount(levels.ravel()).cumsum()
    return [int(level) for level in counted.searchsorted(np.multiply(levels.size, shares))]


def median(levels: NDArray[Any]) -> int:
    """Of whole numbers from 0 on, the lower one of two in the middle."""
    return quantiles(levels, 0.5)[0]


def halve(pixels: Pixels) -> Pixels:
    """Every two by two pixels into one; an odd last row or column is left out, which keeps OpenCV on its fast path."""
    if min(pixels.shape[:2]) < 2:
        return shrink(pixels, max(1, max(pixels.shape[:2]) // 2))
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    return cv2.resize(pixels[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)


def halved(pixels: Pixels, longest: int) -> Pixels:
    """Halved as long as that leaves `longest` pixels on the longer side, which is then shorter than twice that."""
    while max(pixels.shape[:2]) >= 2 * longest:
        pixels = halve(pixels)
    return pixels


def small_copy(pixels: Pixels, longest: int) -> Pixels:
    """`shrink` for a look: by halves first, which is quicker, and may leave out the last rows and columns."""
    return shrink(halved(pixels, longest), longest)


def shrink(pixels: Pixels, longest: int) -> Pixels:
    """At most `longest` pixels on the longer side, averaged by area; smaller pages come back as they are."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def enlarged(small: Pixels, rows: slice, columns: slice, shape: Sequence[int]) -> Pixels:
    """These rows and columns of what `small` is in this (height, width), between its pixels linearly."""
    across, down = small.shape[1] / shape[1], small.shape[0] / shape[0]
    # Centres of pixels are whole numbers.
    left, top = (columns.start + 0.5) * across - 0.5, (rows.start + 0.5) * down - 0.5
    place = np.array([[across, 0, left], [0, down, top]])
    size = (columns.stop - columns.start, rows.stop - rows.start)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(small, place, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
