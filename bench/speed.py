"""The whole clean-up, against the founding recipe and against decoding and encoding alone."""

from functools import partial

import cv2

from bench.pages import Pixels, photographs, seconds
from bench.tables import Options, Table
from fastapi_app.services import pipeline, presets, raster


def founding_recipe(data: bytes) -> bytes:
    """Non-local means → adaptive histogram equalisation of the lightness → Otsu, in colour."""
    image = raster.decode(data).pixels
    smooth = cv2.fastNlMeansDenoisingColored(image, None, 10, 10, 7, 21)
    lightness, a, b = cv2.split(cv2.cvtColor(smooth, cv2.COLOR_BGR2LAB))
    lightness = cv2.createCLAHE(2.0, (8, 8)).apply(lightness)
    even = cv2.cvtColor(cv2.merge([lightness, a, b]), cv2.COLOR_LAB2BGR)
    return bytes(cv2.imencode(".png", otsu(cv2.cvtColor(even, cv2.COLOR_BGR2GRAY)))[1])


def otsu(gray: Pixels) -> Pixels:
    return cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def ours(data: bytes) -> bytes:
    steps = presets.presets()["manuscript"]
    return raster.encode(pipeline.result(pipeline.run(pipeline.load(data, steps), steps, previews=False)).raster)


def decode_and_encode(data: bytes, page: raster.Raster) -> bytes:
    raster.decode(data, gray=True)
    return raster.encode(page)


def run(options: Options) -> Table:
    rows = []
    for name, data in photographs(options):
        gray = raster.decode(data, gray=True)
        page = gray.repainted(otsu(gray.pixels))
        floor = seconds(partial(decode_and_encode, data, page))
        mine = seconds(partial(ours, data), 5)
        founding = seconds(partial(founding_recipe, data), 1)
        size = f"{gray.width * gray.height / 1e6:.1f}"
        ratios = (f"{founding / mine:.0f}×", f"{mine / floor:.1f}×")
        rows.append((name[:32], size, f"{founding:.2f}", f"{mine:.3f}", f"{floor:.3f}", *ratios))
    return Table(("page", "MP", "founding s", "Recto s", "floor s", "faster", "of floor"), rows)
