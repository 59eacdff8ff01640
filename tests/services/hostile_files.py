"""Small files of every kind that the decoders know, odd kinds included: what the fuzz tests begin with."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from samples import draw

GRAY = Image.fromarray(draw(["Ink"], width=96, height=64, size=36, margin=8))
COLOUR = GRAY.convert("RGB")


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.copy().save(file, form, **options)  # an image that has been a JPEG is not the same to Pillow afterwards
    return file.getvalue()


def _deep(dtype: str) -> Image.Image:
    """The page with more than eight bits."""
    return Image.fromarray(np.asarray(GRAY).astype(dtype) * 257)


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


FILES: dict[str, bytes] = {
    "png-1": saved(GRAY.convert("1"), "PNG"),
    "png-gray": saved(GRAY, "PNG", dpi=(300, 300)),
    "png-colour": saved(COLOUR, "PNG"),
    "png-palette": saved(COLOUR.convert("P"), "PNG", transparency=3),
    "png-16": saved(_deep("uint16"), "PNG"),
    "png-alpha": saved(COLOUR.convert("RGBA"), "PNG"),
    "png-animated": saved(COLOUR, "PNG", save_all=True, append_images=[COLOUR.rotate(90)]),
    "jpeg-gray": saved(GRAY, "JPEG"),
    "jpeg-colour": saved(COLOUR, "JPEG", progressive=True),
    "jpeg-cmyk": saved(COLOUR.convert("CMYK"), "JPEG"),
    "jpeg-turned": saved(COLOUR, "JPEG", exif=_turned(), icc_profile=bytes(300)),
    "tiff-g4": saved(GRAY.convert("1"), "TIFF", compression="group4"),
    "tiff-pages": saved(GRAY, "TIFF", save_all=True, append_images=[COLOUR.copy(), GRAY], compression="tiff_lzw"),
    "tiff-16": saved(_deep("uint16"), "TIFF"),
    "tiff-float": saved(_deep("float32"), "TIFF"),
    "tiff-cmyk": saved(COLOUR.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"),
    "tiff-jpeg": saved(COLOUR, "TIFF", compression="jpeg"),
    "tiff-big": saved(GRAY, "TIFF", big_tiff=True),
    "webp": saved(COLOUR, "WEBP"),
    "webp-lossless": saved(COLOUR.convert("RGBA"), "WEBP", lossless=True),
    "webp-animated": saved(COLOUR, "WEBP", save_all=True, append_images=[COLOUR.rotate(90)]),
    "bmp": saved(COLOUR, "BMP"),
    "bmp-palette": saved(COLOUR.convert("P"), "BMP"),
    "jp2": saved(COLOUR, "JPEG2000"),
    "j2k": saved(GRAY, "JPEG2000", no_jp2=True),
    "pdf": saved(COLOUR, "PDF", save_all=True, append_images=[GRAY]),
}  # fmt: skip


def claiming(form: str, width: int, height: int) -> bytes:
    """A small file whose header claims another size."""
    data = bytearray(FILES[form])
    match form:
        case "png-gray":
            header = struct.pack(">II", width, height) + data[24:29]
            data[16:33] = header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
        case "jpeg-gray":
            at = data.index(b"\xff\xc0") + 5
            data[at : at + 4] = struct.pack(">HH", height, width)
        case "tiff-16":
            _set_tiff_entry(data, 256, width)
            _set_tiff_entry(data, 257, height)
        case "webp-animated":
            data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        case "bmp":
            data[18:26] = struct.pack("<ii", width, height)
        case "jp2":
            at = data.index(b"ihdr") + 4
            data[at : at + 8] = struct.pack(">II", height, width)
            at = data.index(b"\xff\x51") + 6
            data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


CLAIMS = ("png-gray", "jpeg-gray", "tiff-16", "webp-animated", "bmp", "jp2")


def _set_tiff_entry(data: bytearray, tag: int, value: int) -> None:
    """In the first directory of a little-endian file: a tag of one LONG or SHORT."""
    start = int.from_bytes(data[4:8], "little")
    for entry in range(start + 2, start + 2 + 12 * int.from_bytes(data[start : start + 2], "little"), 12):
        if int.from_bytes(data[entry : entry + 2], "little") == tag:
            data[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, value)


def pdf_of(pages: int, width: float = 200, height: float = 200) -> bytes:
    """A PDF of so many empty pages, all the same object but for their number."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(pages))
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]>>"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>", *[page] * pages]
    body = "%PDF-1.4\n" + "".join(f"{number} 0 obj{each}endobj\n" for number, each in enumerate(objects, 1))
    return f"{body}trailer<</Root 1 0 R/Size {len(objects) + 1}>>\n%%EOF".encode()
