"""What a file says about itself: its format by signature, its pages and their size, before any pixel is decoded."""

import io
import struct
from dataclasses import dataclass

from PIL import Image

from fastapi_app.services.errors import ImageTooLarge, NotAnImage, UnusableImage

# Our own limits are checked against the header first; Pillow's global one would warn about legitimate large scans.
Image.MAX_IMAGE_PIXELS = None

PILLOW_NAMES = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP", "bmp": "BMP", "jpeg2000": "JPEG2000"}
Bytes = bytes  # the limit of the same name hides the type inside `Limits`
FORMATS = (*PILLOW_NAMES, "pdf")
GRAY_MODES = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N")

SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "bmp": (b"BM",),
    "jpeg2000": (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
}

# What the decoders are known to raise on broken bytes. Pillow promises no tree of its own.
BROKEN = (OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError,
          RuntimeError, AssertionError, MemoryError, struct.error, Image.DecompressionBombError)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What one file may ask for: bytes of the file, pixels of one page, pages."""

    bytes: int = 64 * 1024 * 1024
    pixels: int = 120_000_000
    frames: int = 2000

    def check_bytes(self, data: Bytes) -> None:
        if len(data) > self.bytes:
            raise ImageTooLarge(f"The file is larger than {self.bytes // 1_000_000} MB.", limit=self.bytes)

    def check_pixels(self, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise UnusableImage("The image has no pixels.")
        if width * height > self.pixels:
            raise ImageTooLarge(
                f"The image claims {width} × {height} pixels; at most {self.pixels // 1_000_000} megapixels are taken.",
                limit=self.pixels,
            )

    def check_frames(self, count: int) -> None:
        if count > self.frames:
            raise ImageTooLarge(f"The file has more than {self.frames} pages.", limit=self.frames)


@dataclass(frozen=True)
class Frame:
    """One page of a file, upright: size in pixels and dots per inch, if the file says it."""

    width: int
    height: int
    dpi: float | None


@dataclass(frozen=True)
class ImageFile:
    format: str
    frames: tuple[Frame, ...]


def sniff(data: bytes) -> str:
    """One of FORMATS, by signature alone; names and claimed media types are not believed."""
    for format, signatures in SIGNATURES.items():
        if data.startswith(signatures):
            return format
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if b"%PDF-" in data[:1024]:  # where readers look for it
        return "pdf"
    raise NotAnImage("The file is not an image that can be opened: JPEG, PNG, TIFF, WebP, BMP, JPEG 2000 or PDF.")


def open_image(data: bytes, format: str, limits: Limits, frame: int = 0) -> Image.Image:
    """A lazily opened Pillow image at `frame`; its claimed size is within the limits, nothing is decoded yet."""
    if format == "webp":
        limits.check_pixels(*_webp_size(data))  # Pillow would already reserve the canvas
    try:
        image = Image.open(io.BytesIO(data), formats=[PILLOW_NAMES[format]])
        if frame:
            image.seek(frame)
    except BROKEN as error:
        raise UnusableImage("The image is broken or cut off.") from error
    limits.check_pixels(*image.size)
    return image


def channels(data: bytes, limits: Limits) -> int:
    """1 or 3, as the file says: a page that ends in two levels is decoded gray whatever it has. 3 for a PDF."""
    format = sniff(data)
    return 1 if format != "pdf" and open_image(data, format, limits).mode in GRAY_MODES else 3


def image_frames(data: bytes, format: str, limits: Limits) -> tuple[Frame, ...]:
    """The pages of a TIFF; of every other format the first image alone, which is the page."""
    image = open_image(data, format, limits)
    frames = [frame_of(image)]
    while format == "tiff":
        try:
            image.seek(len(frames))
        except EOFError:
            break
        except BROKEN as error:
            raise UnusableImage(f"Page {len(frames) + 1} of the file is broken.") from error
        limits.check_pixels(*image.size)
        limits.check_frames(len(frames) + 1)
        frames.append(frame_of(image))
    return tuple(frames)


def frame_of(image: Image.Image) -> Frame:
    width, height = image.size
    # Pillow turns TIFF pages itself and already reports their upright size.
    if orientation(image) >= 5 and image.format != "TIFF":
        width, height = height, width
    return Frame(width, height, resolution(image))


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) to 8; 1 for anything unreadable."""
    try:
        value = image.getexif().get(0x0112, 1)
    except BROKEN:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def resolution(image: Image.Image) -> float | None:
    """Dots per inch across the page, if the file gives a believable one."""
    try:
        dpi = float(image.info["dpi"][0])
    except BROKEN:
        return None
    return round(dpi, 2) if 20 <= dpi <= 10_000 else None


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from the first chunk (RFC 9649)."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        raise UnusableImage("The image is cut off.")
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise UnusableImage("The image is broken.")
