"""`ImageProcessor`: the engine's operations under their founding names, on arrays."""

from typing import Any

from fastapi_app.services import binarize as _binarize
from fastapi_app.services import denoise as _denoise
from fastapi_app.services import deskew as _deskew
from fastapi_app.services import enhance as _enhance
from fastapi_app.services import pipeline, raster
from fastapi_app.services.pixels import Pixels, is_bilevel, normalize
from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import Recipe


class ImageProcessor:
    """Nine static methods. Images are arrays, gray (h, w) or BGR (h, w, 3), uint8; nothing is changed in place."""

    @staticmethod
    def bytes_to_image(data: bytes, gray: bool = False) -> Pixels:
        """An upright page from the bytes of a JPEG, PNG, TIFF, WebP, BMP, JPEG 2000 or PDF file (its first page)."""
        return raster.decode(data, gray=gray).pixels

    @staticmethod
    def image_to_bytes(img: Pixels, format: str = "png") -> bytes:
        """A png, jpeg, webp or tiff file."""
        return raster.encode(raster.Raster(normalize(img)), format)

    @staticmethod
    def binarize(img: Pixels, method: str = "otsu", threshold: int | None = None) -> Pixels:
        """(h, w) of 0 (ink) and 255 (paper)."""
        return _binarize.binarize(normalize(img), method, threshold)

    @staticmethod
    def denoise(img: Pixels, strength: int = 10, method: str = "bilateral") -> Pixels:
        """The image without grain, in the same shape."""
        return _denoise.denoise(normalize(img), method, strength)

    @staticmethod
    def deskew(img: Pixels, max_angle: float = 15.0) -> tuple[Pixels, float]:
        """The image turned straight on a canvas that holds all of it, and the angle (counter-clockwise) taken out."""
        turned, _, skew = _deskew.deskew(normalize(img), max_angle)
        return turned, skew.angle

    @staticmethod
    def enhance_contrast(img: Pixels, clip_limit: float = 2.0, tile_size: int = 8) -> Pixels:
        """The image with its local contrast evened out, in the same shape."""
        return _enhance.enhance_contrast(normalize(img), clip_limit, tile_size)

    @staticmethod
    def auto_process_manuscript(img: Pixels, recipe: Recipe | None = None) -> Pixels:
        """Deskew → even out the light → binarize, or another recipe."""
        events = pipeline.run(raster.Raster(normalize(img)), recipe or presets()["manuscript"], previews=False)
        return pipeline.result(events).raster.pixels

    @staticmethod
    def get_image_info(img: Pixels) -> dict[str, Any]:
        """width, height, channels, megapixels, is_bilevel, mean brightness."""
        pixels = normalize(img)
        height, width = pixels.shape[:2]
        return {
            "width": width,
            "height": height,
            "channels": 1 if pixels.ndim == 2 else pixels.shape[2],
            "megapixels": round(width * height / 1e6, 2),
            "is_bilevel": is_bilevel(pixels),
            "brightness": round(float(pixels.mean()), 1),
        }

    @staticmethod
    def validate_image(data: bytes, limits: raster.Limits | None = None) -> raster.ImageFile:
        """Format and pages of a file, or the EngineError that says why it cannot be used."""
        return raster.inspect(data, limits=limits)
