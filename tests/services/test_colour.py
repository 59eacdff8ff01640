"""Profiles are applied when a page is opened; nothing of where and with what it was taken goes on."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from fastapi_app.services import raster, renditions
from fastapi_app.services.colour import pixels_to_srgb
from fastapi_app.services.pipeline import load, result, run
from fastapi_app.services.presets import presets
from samples import sample_page
from tests.services.profiles import WIDE, cmyk, rgb

GREEN = (60, 200, 90)
SECRET = "31 degrees 46 minutes north"


def saved(image: Image.Image, format: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **how)
    return out.getvalue()


def patch(format: str, profile: bytes, mode: str = "RGB", colour: tuple[int, ...] = GREEN) -> bytes:
    how = {"quality": 100, "subsampling": 0} if format == "JPEG" else {"lossless": True} if format == "WEBP" else {}
    return saved(Image.new(mode, (64, 64), colour), format, icc_profile=profile, **how)


def first(data: bytes) -> tuple[int, ...]:
    """Red, green and blue of the first pixel."""
    return tuple(int(value) for value in raster.decode(data).pixels[0, 0, ::-1])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_wide_gamut_becomes_srgb(format: str) -> None:
    """In Adobe RGB the same numbers are a stronger green: in sRGB its red goes down to 0."""
    red, green, blue = first(patch(format, rgb(WIDE)))
    assert red < 10
    assert green == pytest.approx(201, abs=4)
    assert blue == pytest.approx(81, abs=6)


def test_srgb_under_another_name_is_not_touched() -> None:
    pixels = raster.decode(sample_page()).pixels
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pixels_to_srgb(pixels, profile) is pixels
    assert pixels_to_srgb(pixels, rgb(WIDE)) is not pixels


@pytest.mark.parametrize("profile", [b"", b"no profile", rgb(WIDE)[:200], cmyk((140, 90, 90))])
def test_a_broken_profile_or_another_space_is_none(profile: bytes) -> None:
    assert first(patch("PNG", profile)) == GREEN


def test_inks_are_printed_as_their_profile_says() -> None:
    cyan = (255, 0, 0, 0)
    plain = first(saved(Image.new("CMYK", (64, 64), cyan), "TIFF"))
    assert plain[0] < 5
    assert min(plain[1:]) > 250
    by_profile = first(patch("TIFF", cmyk((140, 90, 90)), "CMYK", cyan))  # L* 55, a* −38, b* −38
    assert by_profile[0] < 60
    assert by_profile[1] == pytest.approx(148, abs=12)
    assert by_profile[2] == pytest.approx(200, abs=15)


def test_gray_is_gray() -> None:
    assert raster.decode(patch("PNG", rgb(WIDE)), gray=True).pixels[0, 0] == pytest.approx(146, abs=3)
    assert raster.decode(patch("PNG", rgb(WIDE), "L", (90,))).pixels[0, 0].tolist() == [90, 90, 90]


def with_gps(format: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x0110] = "Secret camera"
    place = {1: "N", 2: (31.0, 46.0, 12.0), 3: "E", 4: (35.0, 12.0, 50.0)}
    exif[0x8825] = place
    how = {"xmp": f"<x>{SECRET}</x>".encode()} if format == "WEBP" else {}
    return saved(
        Image.open(io.BytesIO(sample_page())).resize((500, 700)), format, exif=exif.tobytes(), dpi=(240, 240), **how
    )


@pytest.mark.parametrize("output", list(raster.MEDIA_TYPES))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_where_it_was_taken_is_dropped(format: str, output: str) -> None:
    data = with_gps(format)
    assert SECRET.encode() in data
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    for name in ("photo", "print"):
        end = result(run(load(data, presets()[name]), presets()[name], previews=False)).raster
        written = raster.encode(end, output)
        assert SECRET.encode() not in written
        assert b"Secret camera" not in written
        image = Image.open(io.BytesIO(written))
        assert not image.getexif().get_ifd(0x8825)
        assert "icc_profile" not in image.info
        if format != "WEBP" and output != "webp":
            assert image.info["dpi"][0] == pytest.approx(240, abs=0.1)


def test_thumbnails_say_nothing_either() -> None:
    assert SECRET.encode() not in renditions.thumbnail(with_gps("JPEG"), 0, 200)


def test_an_everyday_jpeg_is_decoded_by_opencv_alone() -> None:
    data = sample_page()
    assert (raster.decode(data).pixels == cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)).all()
