"""Decoding: every kind of file comes out upright, in 8 bits, gray or BGR; the rest is refused for the right reason."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from fastapi_app.services.errors import BadParameter, EngineError, ImageTooLarge, NotAnImage, UnusableImage
from fastapi_app.services.raster import Limits, Raster, decode, encode, inspect, reduce

RED = (220, 30, 40)


def file(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def marked(mode: str = "RGB") -> Image.Image:
    """40 × 20, white, with a black mark in the upper left corner."""
    image = Image.new("RGB", (40, 20), "white")
    image.paste("black", (0, 0, 16, 8))
    return image.convert(mode)


def is_marked(pixels: np.ndarray) -> bool:
    gray = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    return gray.shape == (20, 40) and gray[:6, :14].max() < 60 and gray[11:].min() > 200 and gray[:, 20:].min() > 200


FILES = {
    "jpeg": file(marked(), "JPEG", quality=95),
    "jpeg gray": file(marked("L"), "JPEG", quality=95),
    "jpeg progressive": file(marked(), "JPEG", quality=95, progressive=True),
    "jpeg cmyk": file(marked("CMYK"), "JPEG", quality=95),
    "png": file(marked(), "PNG"),
    "png one bit": file(marked("1"), "PNG"),
    "png palette": file(marked("P"), "PNG"),
    "png gray alpha": file(marked("LA"), "PNG"),
    "png alpha": file(marked("RGBA"), "PNG"),
    "png 16 bits": file(Image.fromarray(np.asarray(marked("L")).astype(np.uint16) * 257), "PNG"),
    "tiff": file(marked(), "TIFF"),
    "tiff group 4": file(marked("1"), "TIFF", compression="group4"),
    "tiff lzw": file(marked(), "TIFF", compression="tiff_lzw"),
    "tiff cmyk": file(marked("CMYK"), "TIFF"),
    "tiff 16 bits": file(Image.fromarray(np.asarray(marked("L")).astype(np.uint16) * 257), "TIFF"),
    "tiff float": file(Image.fromarray(np.asarray(marked("L")).astype(np.float32) / 255), "TIFF"),
    "webp": file(marked(), "WEBP", lossless=True),
    "webp lossy": file(marked(), "WEBP", quality=95),
    "bmp": file(marked(), "BMP"),
    "jpeg2000": file(marked(), "JPEG2000"),
}


@pytest.mark.parametrize("gray", [False, True], ids=["as it is", "gray"])
@pytest.mark.parametrize("name", FILES)
def test_decode(name: str, gray: bool) -> None:
    page = decode(FILES[name], gray=gray)
    assert page.pixels.dtype == np.uint8
    assert is_marked(page.pixels)
    assert not gray or page.pixels.ndim == 2
    assert (page.matrix == np.eye(3)).all()


@pytest.mark.parametrize("name", FILES)
def test_inspect(name: str) -> None:
    facts = inspect(FILES[name])
    assert facts.format == name.split(maxsplit=1)[0]
    assert [(frame.width, frame.height) for frame in facts.frames] == [(40, 20)]


@pytest.mark.parametrize("format", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turn(format: str, orientation: int) -> None:
    turn = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}.get(orientation)  # fmt: skip
    stored = marked() if turn is None else marked().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    data = file(stored, format, exif=exif, **options)
    assert is_marked(decode(data).pixels)
    assert is_marked(decode(data, gray=True).pixels)
    frame = inspect(data).frames[0]
    assert (frame.width, frame.height) == (40, 20)


def test_colour_order_is_blue_green_red() -> None:
    pixels = decode(file(Image.new("RGB", (8, 8), RED), "PNG")).pixels
    assert pixels[4, 4].tolist() == [40, 30, 220]


def test_cmyk_of_adobe_and_of_others() -> None:
    """Adobe stores CMYK inverted and says so in a marker; without the marker the values mean what they say."""
    adobe = file(Image.new("CMYK", (16, 16), (0, 220, 220, 0)), "JPEG", quality=95)
    start = adobe.index(b"Adobe") - 4
    plain = adobe[:start] + adobe[start + 2 + int.from_bytes(adobe[start + 2 : start + 4], "big") :]
    blue, green, red = decode(adobe).pixels[8, 8]
    assert red > 240
    assert max(green, blue) < 50
    assert (decode(plain).pixels[8, 8] != decode(adobe).pixels[8, 8]).any()


def test_alpha_lies_on_white() -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.putpixel((0, 0), (0, 0, 0, 255))
    pixels = decode(file(image, "PNG")).pixels
    assert pixels[4, 4].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == [0, 0, 0]


def test_transparent_palette_entry_is_paper() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([0, 0, 0, 200, 0, 0])
    assert decode(file(image, "PNG", transparency=0)).pixels.min() == 255


def test_pages_of_a_tiff() -> None:
    pages = [Image.new("L", (30 + n, 20), 50 * n) for n in range(4)]
    data = file(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert [frame.width for frame in inspect(data).frames] == [30, 31, 32, 33]
    assert [int(decode(data, frame=n).pixels[0, 0]) for n in range(4)] == [0, 50, 100, 150]
    with pytest.raises(BadParameter):
        decode(data, frame=4)
    with pytest.raises(ImageTooLarge):
        inspect(data, limits=Limits(frames=3))


def test_no_second_page() -> None:
    with pytest.raises(BadParameter):
        decode(FILES["png"], frame=1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        file(marked(), "GIF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!DOCTYPE html><img>",
        b"PK\x03\x04" + bytes(40),
        b"\0\0\0\x18ftypavif" + bytes(40),
    ],
    ids=["empty", "text", "gif", "svg", "html", "zip", "avif"],
)
def test_not_an_image(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        decode(data)
    with pytest.raises(NotAnImage):
        inspect(data)


@pytest.mark.parametrize("name", [name for name in FILES if name != "tiff float"])
def test_truncated(name: str) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 300), np.uint8)
    kind = name.split(maxsplit=1)[0].upper()
    whole = file(Image.fromarray(noise), kind)
    with pytest.raises(UnusableImage):
        decode(whole[: len(whole) // 2])
    with pytest.raises(UnusableImage):
        inspect(whole[: len(whole) // 2])


def test_truncated_behind_a_whole_thumbnail() -> None:
    """The end marker of an embedded thumbnail is not the end of the photograph."""
    photo = file(Image.fromarray(np.random.default_rng(3).integers(0, 255, (200, 300), np.uint8)), "JPEG")
    thumbnail = b"Exif\0\0" + FILES["jpeg"]
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = photo[:2] + segment + photo[2:]
    assert decode(data).width == 300
    with pytest.raises(UnusableImage):
        decode(data[: len(data) // 2])


def claimed_png(width: int, height: int) -> bytes:
    """A tiny file whose header claims a large page."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 64)
    chunks = [header, body, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def test_claimed_size_is_checked_before_decoding() -> None:
    with pytest.raises(ImageTooLarge, match="30000 × 30000"):
        decode(claimed_png(30_000, 30_000))
    webp = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\x00" * 2 + bytes(20)
    with pytest.raises(ImageTooLarge):
        decode(webp)


def test_limits_of_bytes_and_pixels() -> None:
    assert decode(FILES["png"], limits=Limits(pixels=800)).width == 40
    with pytest.raises(ImageTooLarge):
        decode(FILES["png"], limits=Limits(pixels=799))
    with pytest.raises(ImageTooLarge):
        decode(FILES["png"], limits=Limits(bytes=10))


@pytest.mark.parametrize("format", ["png", "jpeg", "tiff"])
def test_dpi_is_kept(format: str) -> None:
    again = decode(encode(Raster(np.full((30, 40), 200, np.uint8), 300.0), format))
    assert again.dpi == pytest.approx(300, abs=0.1)


def test_no_dpi_is_invented() -> None:
    assert decode(encode(Raster(np.full((30, 40), 200, np.uint8)), "png")).dpi is None


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff"])
@pytest.mark.parametrize("shape", [(20, 40), (20, 40, 3)], ids=["gray", "colour"])
def test_encode_and_back(format: str, shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 90, np.uint8)
    pixels[:, :20] = 190
    assert np.abs(decode(encode(Raster(pixels), format)).pixels.astype(int)[..., :].reshape(20, 40, -1)[:, :, 0]
                  - pixels.reshape(20, 40, -1)[:, :, 0].astype(int)).max() < 30  # fmt: skip


@pytest.mark.parametrize(("format", "most"), [("png", 1000), ("tiff", 1000), ("webp", 1000)])
def test_two_levels_are_small_and_exact(format: str, most: int) -> None:
    pixels = np.full((400, 400), 255, np.uint8)
    pixels[100:120, 50:350] = 0
    data = encode(Raster(pixels), format)
    assert len(data) < most
    assert (decode(data, gray=True).pixels == pixels).all()
    if format != "webp":
        assert Image.open(io.BytesIO(data)).mode == "1"


def test_same_pixels_same_bytes() -> None:
    page = decode(FILES["jpeg"])
    assert all(encode(page, format) == encode(page, format) for format in ("png", "jpeg", "webp", "tiff"))


def test_unknown_format_and_too_long_a_page() -> None:
    with pytest.raises(BadParameter):
        encode(Raster(np.zeros((2, 2), np.uint8)), "gif")
    with pytest.raises(BadParameter):
        encode(Raster(np.zeros((2, 20_000), np.uint8)), "webp")


def test_place_of_a_photograph_is_not_carried_over() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "a secret place"
    data = encode(decode(file(marked(), "JPEG", exif=exif)), "jpeg")
    assert b"Exif" not in data
    assert b"secret" not in data


def test_reduce_keeps_points_in_place() -> None:
    page = Raster(np.zeros((1000, 600), np.uint8), 300.0)
    small = reduce(page, 250)
    assert (small.height, small.width, small.dpi) == (250, 150, 75.0)
    assert small.original == (600, 1000)
    x, y = small.to_original(0, 0)
    assert (x, y) == pytest.approx((1.5, 1.5))
    assert reduce(small, 400) is small


def test_errors_know_their_code() -> None:
    with pytest.raises(EngineError) as caught:
        decode(b"nothing")
    assert caught.value.code == "not_an_image"


@pytest.mark.parametrize("shape", [(1, 1), (3, 8), (7, 9), (50, 301)])
def test_a_page_of_two_levels_comes_back_whatever_its_width(shape: tuple[int, int]) -> None:
    page = np.where(np.random.default_rng(0).random(shape) < 0.5, 0, 255).astype(np.uint8)
    data = encode(Raster(page, dpi=300), "png")
    assert data[24] == 1
    assert (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) == page).all()
    assert decode(data).dpi == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (3, 8), (7, 9, 3), (50, 301, 3), (64, 5)])
def test_png_gives_every_sample_back(shape: tuple[int, ...]) -> None:
    """To OpenCV and to Pillow: noise, and light that falls off, of which rows are told by the ones above."""
    noise = np.random.default_rng(0).integers(1, 255, shape, np.uint8)
    light = np.broadcast_to(np.arange(1, shape[0] + 1, dtype=np.uint8).reshape(-1, *[1] * (len(shape) - 1)), shape)
    for page in (noise, np.ascontiguousarray(light)):
        data = encode(Raster(page, dpi=300), "png")
        assert (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) == page).all()
        assert (np.asarray(Image.open(io.BytesIO(data))) == (page if page.ndim == 2 else page[..., ::-1])).all()


def test_png_of_a_photograph_is_smaller_than_opencv_has_it() -> None:
    rows, columns = np.mgrid[0:600, 0:800]
    light = 120 + 60 * np.sin(rows / 200) + 40 * np.cos(columns / 300)
    page = (light[..., None] + np.random.default_rng(0).normal(0, 2, (600, 800, 3))).astype(np.uint8)
    plain = cv2.imencode(".png", page, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    assert len(encode(Raster(page), "png")) < plain.size
