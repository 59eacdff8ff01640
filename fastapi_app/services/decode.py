"""Bytes of a file → upright pixels of one page.

OpenCV decodes the everyday files (8-bit JPEG and PNG), gray straight away when gray is asked for; Pillow the odd ones
(CMYK, 16 bits, alpha, palettes with holes, TIFF, WebP, JPEG 2000); PDFium the PDFs.
"""

from functools import partial

import cv2
import numpy as np
from PIL import Image

from fastapi_app.services import headers, jpeg, pdf, threads
from fastapi_app.services.colour import pixels_to_srgb, to_srgb
from fastapi_app.services.errors import BadParameter, UnusableImage
from fastapi_app.services.headers import BROKEN, Frame, ImageFile, Limits
from fastapi_app.services.pixels import Pixels, normalize, shrink, to_gray

# A broken file is told to whoever sent it, as an error; OpenCV would also tell it to stderr.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

REDUCED = {
    (1, False): cv2.IMREAD_COLOR, (2, False): cv2.IMREAD_REDUCED_COLOR_2,
    (4, False): cv2.IMREAD_REDUCED_COLOR_4, (8, False): cv2.IMREAD_REDUCED_COLOR_8,
    (1, True): cv2.IMREAD_GRAYSCALE, (2, True): cv2.IMREAD_REDUCED_GRAYSCALE_2,
    (4, True): cv2.IMREAD_REDUCED_GRAYSCALE_4, (8, True): cv2.IMREAD_REDUCED_GRAYSCALE_8,
}  # fmt: skip


def inspect(data: bytes, limits: Limits) -> ImageFile:
    """Format and pages; the first page is decoded (JPEG at an eighth), so that a broken file is refused here."""
    limits.check_bytes(data)
    format = headers.sniff(data)
    if format == "pdf":
        return ImageFile(format, pdf.frames(data, limits))
    frames = headers.image_frames(data, format, limits)
    page_pixels(data, 0, limits, gray=True, longest=frames[0].width // 8 or 1)
    return ImageFile(format, frames)


def page_pixels(
    data: bytes, frame: int, limits: Limits, *, gray: bool, longest: int | None = None
) -> tuple[Pixels, Frame]:
    """Pixels of one page, gray (h, w) or as the file has it, and the page as the file declares it.

    With `longest`, a copy of about that many pixels on the longer side, decoded no larger than needed.
    """
    limits.check_bytes(data)
    format = headers.sniff(data)
    if format == "pdf":
        pixels, dpi = pdf.render(data, frame, limits, gray=gray, longest=longest)
        return pixels, Frame(pixels.shape[1], pixels.shape[0], dpi)
    image = _open(data, format, limits, frame)
    declared = headers.frame_of(image)
    pixels = _pixels(data, image, declared, gray=gray, longest=longest)
    return (pixels if longest is None else shrink(pixels, longest)), declared


def _open(data: bytes, format: str, limits: Limits, frame: int) -> Image.Image:
    if frame < 0 or (frame and format != "tiff"):
        raise BadParameter(f"The file has one page; there is no page {frame + 1}.")
    if frame:
        count = len(headers.image_frames(data, format, limits))
        if frame >= count:
            raise BadParameter(f"The file has {count} pages; there is no page {frame + 1}.")
    return headers.open_image(data, format, limits, frame)


def _pixels(data: bytes, image: Image.Image, declared: Frame, *, gray: bool, longest: int | None) -> Pixels:
    if _is_everyday(image) and _is_whole(data, str(image.format)):
        if image.format == "JPEG":
            pixels = _jpeg_pixels(data, _reduction(declared, longest), gray=gray)
        else:
            pixels = _everyday_pixels(data, REDUCED[1, gray])
        if pixels is not None:
            pixels = pixels if longest is None else shrink(pixels, longest)
            return upright(pixels_to_srgb(pixels, image.info.get("icc_profile")), headers.orientation(image))
    return _odd_pixels(image, gray=gray)


def _jpeg_pixels(data: bytes, scale: int, *, gray: bool) -> Pixels | None:
    """In bands, if it is to be gray and has them, each in a thread."""
    bands = jpeg.bands(data, threads.allowed()) if gray else [data]
    decoded = threads.at_once([partial(_everyday_pixels, band, REDUCED[scale, gray]) for band in bands])
    whole = [band for band in decoded if band is not None]
    return np.concatenate(whole) if len(whole) == len(bands) else None


def _everyday_pixels(data: bytes, mode: int) -> Pixels | None:
    """None for what OpenCV refuses: Pillow then has the last word."""
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), mode | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None


def _is_everyday(image: Image.Image) -> bool:
    """What OpenCV decodes faithfully: 8 bits, gray or colour, nothing transparent."""
    return image.format in ("JPEG", "PNG") and image.mode in ("1", "L", "RGB", "P") and "transparency" not in image.info


def _is_whole(data: bytes, format: str) -> bool:
    """False when the end is missing: OpenCV would fill the rest with gray, Pillow refuses."""
    return _is_whole_png(data) if format == "PNG" else jpeg.is_whole(data)


def _is_whole_png(data: bytes) -> bool:
    """Chunk by chunk up to IEND: OpenCV reserves, and fills, whatever length a chunk claims, up to 4 GB."""
    at = 8
    while at + 12 <= len(data) and data[at + 4 : at + 8] != b"IEND":
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return data[at : at + 8] == b"\0\0\0\0IEND" and at + 12 <= len(data)


def _reduction(declared: Frame, longest: int | None) -> int:
    if longest is None:
        return 1
    ratio = max(declared.width, declared.height) // max(1, longest)
    return next(scale for scale in (8, 4, 2, 1) if scale <= max(1, ratio))


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Undoes an EXIF orientation (1 to 8; TIFF 6.0, tag 274)."""
    if orientation in (5, 6, 7, 8):
        pixels = cv2.transpose(pixels)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return pixels if flip is None else cv2.flip(pixels, flip)


def _odd_pixels(image: Image.Image, *, gray: bool) -> Pixels:
    try:
        image.load()
        turn = headers.orientation(image)
        pixels = normalize(_channels(image))
    except BROKEN as error:
        raise UnusableImage("The image is broken or cut off.") from error
    pixels = upright(pixels, turn)
    return to_gray(pixels) if gray else pixels


def _channels(image: Image.Image) -> Pixels:
    """Gray, BGR or BGRA in the depth of the file."""
    if image.mode.startswith("I") or image.mode == "F":
        return np.asarray(image)
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        # Pillow takes every CMYK JPEG for an inverted one; only Adobe's are.
        image = _negated(image)
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return cv2.cvtColor(np.asarray(image.convert("RGBA")), cv2.COLOR_RGBA2BGRA)
    return cv2.cvtColor(np.asarray(to_srgb(image).convert("RGB")), cv2.COLOR_RGB2BGR)


def _negated(image: Image.Image) -> Image.Image:
    negative = Image.eval(image, lambda value: 255 - value)
    negative.info = image.info
    return negative
