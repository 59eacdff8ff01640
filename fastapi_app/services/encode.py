"""Pixels → bytes of a file. A page of two levels is written with one bit a pixel; dots per inch are kept.

Nothing else of the source file is carried over, least of all where a photograph was taken.
"""

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image

from fastapi_app.services.errors import BadParameter, UnusableImage
from fastapi_app.services.pixels import Pixels, is_bilevel

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "tiff": "image/tiff"}
LONGEST = {"jpeg": 65_500, "webp": 16_383}
JPEG_QUALITY = 90


def encode_pixels(pixels: Pixels, format: str, dpi: float | None = None) -> bytes:
    """`format` is a key of MEDIA_TYPES. BadParameter if there is no such format or the page is too long for it."""
    if format not in MEDIA_TYPES:
        raise BadParameter(f"There is no output format “{format}”; choose one of {', '.join(MEDIA_TYPES)}.")
    if max(pixels.shape[:2]) > LONGEST.get(format, max(pixels.shape[:2])):
        raise BadParameter(f"A {format} file holds at most {LONGEST[format]} pixels a side; choose png or tiff.")
    return {"png": _png, "jpeg": _jpeg, "webp": _webp, "tiff": _tiff}[format](pixels, dpi)


def _png(pixels: Pixels, dpi: float | None) -> bytes:
    data = _bilevel_png(pixels) if is_bilevel(pixels) else _opencv(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return data if dpi is None else _with_physical_size(data, dpi)


def _bilevel_png(pixels: Pixels) -> bytes:
    """One bit a pixel, unfiltered rows (PNG, 12.7): written here in half the time that OpenCV takes, and smaller."""
    height, width = pixels.shape
    rows = np.zeros((height, 1 + (width + 7) // 8), np.uint8)  # each begins with its filter: 0, none
    rows[:, 1:] = np.packbits(pixels, axis=1)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", _runs(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _runs(rows: Pixels) -> bytes:
    """Deflate that looks for runs only: smaller than a search for repetitions on its fastest level, and faster."""
    stream = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    return stream.compress(rows.data) + stream.flush()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _jpeg(pixels: Pixels, dpi: float | None) -> bytes:
    data = _opencv(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if dpi is None or data[6:10] != b"JFIF":
        return data
    density = min(65_535, round(dpi))
    return data[:13] + struct.pack(">BHH", 1, density, density) + data[18:]


def _webp(pixels: Pixels, dpi: float | None) -> bytes:
    quality = 101 if is_bilevel(pixels) else JPEG_QUALITY  # above 100 is lossless; the format has no field for dpi
    return _opencv(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, quality])


def _tiff(pixels: Pixels, dpi: float | None) -> bytes:
    """Group 4 for two levels, Deflate otherwise. Pillow, since OpenCV writes neither one bit a pixel nor dpi."""
    bilevel = is_bilevel(pixels)
    ordered = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    image = Image.fromarray(ordered)
    image = image.convert("1", dither=Image.Dither.NONE) if bilevel else image
    out = io.BytesIO()
    size = {} if dpi is None else {"dpi": (dpi, dpi)}
    image.save(out, "TIFF", compression="group4" if bilevel else "tiff_adobe_deflate", **size)
    return out.getvalue()


def _opencv(extension: str, pixels: Pixels, parameters: list[int]) -> bytes:
    try:
        done, data = cv2.imencode(extension, np.ascontiguousarray(pixels), parameters)
    except cv2.error as error:
        raise UnusableImage("The page cannot be written in this format.") from error
    if not done:
        raise UnusableImage("The page cannot be written in this format.")
    return data.tobytes()


def _with_physical_size(png: bytes, dpi: float) -> bytes:
    """Puts a pHYs chunk behind IHDR, which always ends at byte 33 (PNG, 11.3.5.3)."""
    per_metre = round(dpi / 0.0254)
    return png[:33] + _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)) + png[33:]
