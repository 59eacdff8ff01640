"""A JPEG with restart markers is decoded in bands, to exactly the same pixels."""

import io
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from fastapi_app.services import jpeg
from fastapi_app.services.raster import decode

PAGE = np.random.default_rng(5).integers(0, 256, (40, 37, 3), np.uint8).repeat(13, 0).repeat(13, 1)[:517, :474]


def file(page: np.ndarray = PAGE, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(page).save(out, "JPEG", **options)
    return out.getvalue()


def gray(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize(
    "restarts", [{"restart_marker_rows": 1}, {"restart_marker_blocks": 15}, {"restart_marker_blocks": 20}]
)
def test_bands_are_what_the_whole_is(subsampling: str, restarts: dict[str, int]) -> None:
    data = file(subsampling=subsampling, **restarts)
    bands = jpeg.bands(data, 3)
    assert len(bands) > 1
    assert all(jpeg.is_whole(band) for band in bands)
    np.testing.assert_array_equal(np.concatenate([gray(band) for band in bands]), gray(data))


def test_a_page_without_colour() -> None:
    data = file(PAGE[..., 0], restart_marker_rows=1)
    bands = jpeg.bands(data, 4)
    assert len(bands) == 4
    np.testing.assert_array_equal(np.concatenate([gray(band) for band in bands]), gray(data))


@pytest.mark.usefixtures("allowed")
def test_decoded_gray_and_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = file(restart_marker_rows=1, exif=exif)
    assert len(jpeg.bands(data, 3)) == 3
    np.testing.assert_array_equal(decode(data, gray=True).pixels, cv2.rotate(gray(file()), cv2.ROTATE_90_CLOCKWISE))


@pytest.mark.parametrize("options", [{}, {"restart_marker_rows": 1, "progressive": True}, {"restart_marker_rows": 60}])
def test_what_cannot_be_divided_stays_whole(options: dict[str, Any]) -> None:
    data = file(**options)
    assert jpeg.bands(data, 2) == [data]


def test_one_band_is_the_file() -> None:
    data = file(restart_marker_rows=1)
    assert jpeg.bands(data, 1) == [data]


@pytest.mark.usefixtures("allowed")
def test_lost_rows_are_left_to_the_decoder() -> None:
    """Without one of its markers nobody knows which rows a band has."""
    data = file(restart_marker_rows=1)
    lost = data.index(b"\xff\xd7")
    damaged = data[:lost] + data[lost + 2 :]
    assert jpeg.bands(damaged, 3) == [damaged]
    np.testing.assert_array_equal(decode(damaged, gray=True).pixels, gray(damaged))
