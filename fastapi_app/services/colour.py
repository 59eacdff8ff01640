"""Colour: pixels of other colour spaces become sRGB when a page is opened, by the profile of its file (littleCMS)."""

import io

import cv2
import numpy as np
from PIL import Image, ImageCms

from fastapi_app.services.headers import BROKEN
from fastapi_app.services.pixels import Pixels

LEVELS = 3  # of 255: a profile that changes no colour by more than this is sRGB under another name
PROBE = np.stack(np.meshgrid(*[np.arange(0, 256, 51, dtype=np.uint8)] * 3), axis=-1).reshape(1, -1, 3)


def to_srgb(image: Image.Image) -> Image.Image:
    """An RGB or CMYK image in sRGB; the image itself without a profile, with one of sRGB or a broken one."""
    transform = _transform(image.info.get("icc_profile"), image.mode)
    if transform is None:
        return image
    return ImageCms.applyTransform(image, transform) or image


def pixels_to_srgb(pixels: Pixels, profile: bytes | None) -> Pixels:
    """The same of BGR pixels; gray ones stay as they are."""
    transform = _transform(profile, "RGB") if pixels.ndim == 3 else None
    if transform is None:
        return pixels
    image = Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    ImageCms.applyTransform(image, transform, inPlace=True)
    return cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR)


def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    if not profile or mode not in ("RGB", "CMYK"):
        return None
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(own):  # most are, and this is quicker than trying it
            return None
        transform = ImageCms.buildTransform(
            own,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, *BROKEN):
        return None
    return transform if mode == "CMYK" or _changes(transform) else None


def _changes(transform: ImageCms.ImageCmsTransform) -> bool:
    probed = ImageCms.applyTransform(Image.fromarray(PROBE), transform)
    return bool(np.abs(np.asarray(probed, np.int16) - PROBE).max() > LEVELS)
