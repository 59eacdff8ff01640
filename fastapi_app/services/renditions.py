"""Smaller and cut-up copies of a page for looking at: thumbnails and deep-zoom tiles."""

import math
from collections.abc import Iterator

import cv2

from fastapi_app.services.decode import page_pixels
from fastapi_app.services.encode import encode_pixels
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels
from fastapi_app.services.raster import Limits, Raster

TILE = 512
OVERLAP = 1


def thumbnail(data: bytes, frame: int = 0, longest: int = 400, *, limits: Limits | None = None) -> bytes:
    """JPEG of one page, at most `longest` pixels on the longer side, decoded no larger than needed."""
    if not 16 <= longest <= 4096:
        raise BadParameter("A thumbnail is between 16 and 4096 pixels long.")
    pixels, _ = page_pixels(data, frame, limits or Limits(), gray=False, longest=longest)
    return encode_pixels(pixels, "jpeg")


def tiles(raster: Raster) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of a Deep Zoom pyramid: `page.dzi`, then `page_files/LEVEL/X_Y.jpg` down to one pixel."""
    yield "page.dzi", _descriptor(raster.width, raster.height)
    pixels = raster.pixels
    for level in range(math.ceil(math.log2(max(raster.width, raster.height, 1))), -1, -1):
        for name, tile in _cut(pixels):
            yield f"page_files/{level}/{name}.jpg", encode_pixels(tile, "jpeg")
        half = ((pixels.shape[1] + 1) // 2, (pixels.shape[0] + 1) // 2)
        pixels = cv2.resize(pixels, half, interpolation=cv2.INTER_AREA)


def _descriptor(width: int, height: int) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="jpg" Overlap="{OVERLAP}" TileSize="{TILE}">'
        f'<Size Width="{width}" Height="{height}"/></Image>\n'
    ).encode()


def _cut(pixels: Pixels) -> Iterator[tuple[str, Pixels]]:
    """Tiles by column and row, each with OVERLAP pixels of its neighbours."""
    height, width = pixels.shape[:2]
    for column, left in enumerate(range(0, width, TILE)):
        for row, top in enumerate(range(0, height, TILE)):
            across = slice(max(0, left - OVERLAP), left + TILE + OVERLAP)
            down = slice(max(0, top - OVERLAP), top + TILE + OVERLAP)
            yield f"{column}_{row}", pixels[down, across]
