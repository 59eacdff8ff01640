"""One step of a recipe on one page."""

from dataclasses import dataclass

from fastapi_app.services.binarize import binarize
from fastapi_app.services.border import clean_border
from fastapi_app.services.crop import content, crop
from fastapi_app.services.denoise import denoise
from fastapi_app.services.deskew import deskew
from fastapi_app.services.enhance import enhance_contrast
from fastapi_app.services.orientation import orient
from fastapi_app.services.perspective import straighten, turned_by
from fastapi_app.services.pixels import Pixels
from fastapi_app.services.raster import Raster
from fastapi_app.services.recipe import (
    AnyStep,
    Binarize,
    Border,
    Crop,
    Denoise,
    Deskew,
    Enhance,
    Orient,
    Perspective,
    Shade,
)
from fastapi_app.services.shade import remove_shading


@dataclass(frozen=True, eq=False)
class Done:
    """step: with the place that it found on the page. skew_angle: what was taken out, in degrees, quarter turns too."""

    raster: Raster
    step: AnyStep
    skew_angle: float = 0.0


def apply(raster: Raster, step: AnyStep) -> Done:
    """What becomes of the page. Raises what the step's own module raises."""
    match step:
        case Perspective():
            return _straightened(raster, step)
        case Orient():
            pixels, matrix, quarter = orient(raster.pixels, step.min_confidence)
            return Done(raster.moved(pixels, matrix), step, float(quarter))
        case Deskew():
            pixels, matrix, skew = deskew(raster.pixels, step.max_angle, step.min_angle, raster.skew, raster.paper)
            return Done(raster.moved(pixels, matrix), step, skew.angle)
        case Crop():
            return Done(_cropped(raster, step), step)
        case _:
            return Done(raster.repainted(_repainted(raster.pixels, step)), step)


def _straightened(raster: Raster, step: Perspective) -> Done:
    given = None if step.corners is None else raster.from_original(step.corners)
    pixels, matrix, corners = straighten(raster.pixels, given)
    if corners is None:
        return Done(raster, step)
    if step.corners is None:
        places = [[round(value, 1) for value in raster.to_original(x, y)] for x, y in corners.tolist()]
        step = Perspective.model_validate({"corners": places})
    return Done(raster.moved(pixels, matrix), step, turned_by(matrix, pixels.shape))


def _cropped(raster: Raster, step: Crop) -> Raster:
    box = content(raster.pixels, step.margin) if step.box is None else raster.box_from_original(step.box)
    return raster if box is None else raster.moved(*crop(raster.pixels, box))


def _repainted(pixels: Pixels, step: Border | Denoise | Shade | Enhance | Binarize) -> Pixels:
    """Steps that keep the grid."""
    match step:
        case Border():
            return clean_border(pixels, step.depth)
        case Denoise():
            return denoise(pixels, step.method, step.strength)
        case Shade():
            return remove_shading(pixels, step.reach)
        case Enhance():
            return enhance_contrast(pixels, step.clip_limit, step.tile_size)
        case Binarize():
            return binarize(pixels, step.method, step.threshold, step.window, step.k)
