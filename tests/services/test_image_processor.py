"""The founding unit test, and the nine operations under their founding names."""

from typing import get_args

import numpy as np
import pytest

from fastapi_app.services.errors import BadParameter, NotAnImage, UnusableImage
from fastapi_app.services.image_processor import ImageProcessor
from fastapi_app.services.recipe import BinarizeMethod
from samples import draw, photograph, sample_page

PAGE = photograph(draw(["The recto of a leaf"], width=600, height=300, size=40, margin=60), angle=2)


def test_binarize() -> None:
    assert ImageProcessor.binarize(PAGE, method="otsu").shape == PAGE.shape[:2]


@pytest.mark.parametrize("method", get_args(BinarizeMethod))
def test_every_binarization_gives_ink_and_paper(method: str) -> None:
    page = ImageProcessor.binarize(PAGE, method=method)
    assert page.dtype == np.uint8
    assert set(np.unique(page)) == {0, 255}
    assert 0.005 < (page == 0).mean() < 0.5


def test_manual_threshold() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    assert (ImageProcessor.binarize(ramp, "manual", threshold=99) == 0).sum() == 4 * 100


@pytest.mark.parametrize("method", ["median", "gaussian", "bilateral", "nlmeans"])
@pytest.mark.parametrize("image", [PAGE, PAGE[:, :, 0]], ids=["colour", "gray"])
def test_denoise_keeps_shape_and_takes_grain(image: np.ndarray, method: str) -> None:
    calm = ImageProcessor.denoise(image, strength=12, method=method)
    assert calm.shape == image.shape
    assert calm[:40].std() < image[:40].std()


def test_deskew_gives_page_and_angle() -> None:
    page, angle = ImageProcessor.deskew(ImageProcessor.bytes_to_image(sample_page()))
    assert angle == pytest.approx(3.0, abs=0.05)
    assert page.shape[2] == 3


def test_enhance_contrast_widens_the_range() -> None:
    faint = (PAGE // 4 + 120).astype(np.uint8)
    assert ImageProcessor.enhance_contrast(faint, clip_limit=3).std() > faint.std()
    assert ImageProcessor.enhance_contrast(faint[:, :, 0]).shape == faint.shape[:2]


def test_auto_process_manuscript_gives_two_levels() -> None:
    assert set(np.unique(ImageProcessor.auto_process_manuscript(PAGE))) == {0, 255}


def test_image_info() -> None:
    info = ImageProcessor.get_image_info(PAGE)
    assert (info["width"], info["height"], info["channels"], info["is_bilevel"]) == (600, 300, 3, False)


def test_validate_image() -> None:
    assert ImageProcessor.validate_image(sample_page()).format == "jpeg"
    with pytest.raises(NotAnImage):
        ImageProcessor.validate_image(b"<svg xmlns='http://www.w3.org/2000/svg'/>")


def test_bytes_and_back() -> None:
    again = ImageProcessor.bytes_to_image(ImageProcessor.image_to_bytes(PAGE))
    assert (again == PAGE).all()


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("binarize", {"method": "magic"}),
        ("binarize", {"method": "manual", "threshold": 300}),
        ("denoise", {"strength": 0}),
        ("denoise", {"method": "magic"}),
        ("deskew", {"max_angle": 90}),
        ("enhance_contrast", {"clip_limit": 9}),
        ("enhance_contrast", {"tile_size": 1}),
    ],
)
def test_bad_parameters(operation: str, parameters: dict) -> None:
    with pytest.raises(BadParameter):
        getattr(ImageProcessor, operation)(PAGE, **parameters)


def test_nothing_is_changed_in_place() -> None:
    before = PAGE.copy()
    for operation in ("binarize", "denoise", "deskew", "enhance_contrast", "auto_process_manuscript"):
        getattr(ImageProcessor, operation)(PAGE)
    assert (before == PAGE).all()


@pytest.mark.parametrize("image", [np.zeros((0, 5), np.uint8), np.zeros((5, 5, 2), np.uint8), np.zeros(5, np.uint8)])
def test_arrays_that_are_no_images(image: np.ndarray) -> None:
    with pytest.raises(UnusableImage):
        ImageProcessor.binarize(image)


def test_other_depths_are_taken() -> None:
    wide = PAGE.astype(np.uint16) * 257
    assert (ImageProcessor.binarize(wide) == ImageProcessor.binarize(PAGE)).all()
    assert ImageProcessor.binarize(PAGE[:, :, 0] > 128).shape == PAGE.shape[:2]
