"""The image of a page inside a PDF: JPEGs byte for byte, pages of two levels as Group 4, others as JPEG."""

import io
from dataclasses import dataclass

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from fastapi_app.services import headers, raster
from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.headers import Limits

UPRIGHT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
TURNS = {1: UPRIGHT, 3: (-1, 0, 0, -1, 1, 1), 6: (0, -1, 1, 0, 0, 1), 8: (0, 1, -1, 0, 1, 0)}
"""EXIF orientations without mirrors, as matrices of the unit square (PDF 32000-1, 8.3.3)."""
KEPT_SEGMENTS = (0xE0, 0xEE)  # JFIF and Adobe; EXIF would tell where a photograph was taken
COLOURS = {"L": (Name.DeviceGray, 1), "RGB": (Name.DeviceRGB, 3)}


@dataclass(frozen=True)
class Picture:
    """An image XObject, and the matrix that puts it upright into the unit square."""

    stream: pikepdf.Stream
    turn: tuple[float, ...] = UPRIGHT


def picture(pdf: pikepdf.Pdf, origin: Origin, limits: Limits) -> Picture:
    """Raises what `raster.decode` raises."""
    return _as_it_is(pdf, origin.data, limits) or _encoded(pdf, origin, limits)


def _as_it_is(pdf: pikepdf.Pdf, data: bytes, limits: Limits) -> Picture | None:
    """A JPEG without its metadata; None for what is none, or needs its pixels changed."""
    if headers.sniff(data) != "jpeg":
        return None
    image = headers.open_image(data, "jpeg", limits)
    turn = TURNS.get(headers.orientation(image))
    if image.mode not in COLOURS or turn is None:
        return None
    space: pikepdf.Object
    space, channels = COLOURS[image.mode]
    profile = image.info.get("icc_profile")
    if profile:
        space = Array([Name.ICCBased, pdf.make_stream(profile, N=channels)])
    return Picture(_image(pdf, without_metadata(data), image.size, space, 8, Name.DCTDecode), turn)


def without_metadata(jpeg: bytes) -> bytes:
    """The same coded pixels without the application segments that only describe them, and without comments."""
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        if jpeg[at + 1] == 0xFF:  # padding
            at += 1
            continue
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] in KEPT_SEGMENTS or not (0xE0 <= jpeg[at + 1] <= 0xEF or jpeg[at + 1] == 0xFE):
            kept.append(jpeg[at:end])
        at = end
    return b"".join([*kept, jpeg[at:]])


def _encoded(pdf: pikepdf.Pdf, origin: Origin, limits: Limits) -> Picture:
    page = _colourless(raster.decode(origin.data, frame=origin.frame, limits=limits))
    size = (page.width, page.height)
    if page.is_bilevel:
        facts = Dictionary(K=-1, Columns=page.width, Rows=page.height)
        data = group4(Image.fromarray(page.pixels))
        return Picture(_image(pdf, data, size, Name.DeviceGray, 1, Name.CCITTFaxDecode, DecodeParms=facts))
    space = Name.DeviceGray if page.channels == 1 else Name.DeviceRGB
    return Picture(_image(pdf, raster.encode(page, "jpeg"), size, space, 8, Name.DCTDecode))


def _colourless(page: raster.Raster) -> raster.Raster:
    """Gray if the three channels say the same."""
    if page.channels == 1 or any((page.pixels[..., 0] != page.pixels[..., at]).any() for at in (1, 2)):
        return page
    return page.repainted(np.ascontiguousarray(page.pixels[..., 0]))


def group4(image: Image.Image) -> bytes:
    """Bare ITU-T T.6 data, black is 0: what libtiff writes as the only strip of a TIFF."""
    out = io.BytesIO()
    rows_a_strip, photometric = 278, 262
    one = image.convert("1", dither=Image.Dither.NONE)
    one.save(out, "TIFF", compression="group4", tiffinfo={rows_a_strip: image.height, photometric: 0})
    with TiffImageFile(io.BytesIO(out.getvalue())) as tiff:
        (offset,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return out.getvalue()[offset : offset + length]


def _image(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], space: object, bits: int, coding: Name, **facts: object
) -> pikepdf.Stream:
    return pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=space,
        BitsPerComponent=bits,
        Filter=coding,
        **facts,
    )
