"""Skew of pages turned by known angles: error in degrees and time."""

from functools import partial

import cv2
import numpy as np

from bench.pages import clean, files, seconds
from bench.tables import Options, Table
from fastapi_app.services import raster
from fastapi_app.services.deskew import estimate


def run(options: Options) -> Table:
    """Pages of a folder have to be straight themselves."""
    if options.pages:
        pages = [raster.decode(path.read_bytes(), gray=True).pixels for path in files(options)]
    else:
        pages = [clean(*size) for size in ((1654, 2339, 40), (1654, 2339, 60), (2480, 3508, 64))]
    chance = np.random.default_rng(1)
    rows = []
    for reach in (2, 12, 45):
        errors, times = [], []
        for page in pages * 4:
            angle = float(chance.uniform(-reach, reach))
            middle = (page.shape[1] / 2, page.shape[0] / 2)
            matrix = cv2.getRotationMatrix2D(middle, angle, 1)
            turned = cv2.warpAffine(page, matrix, page.shape[::-1], flags=cv2.INTER_CUBIC, borderValue=(255,))
            grainy = np.clip(turned * 0.85 + chance.normal(0, 8, page.shape), 0, 255).astype(np.uint8)
            errors.append(abs(estimate(grainy, 45).angle - angle))
            times.append(seconds(partial(estimate, grainy, 45), 1))
        rows.append(
            (f"±{reach}°", len(errors), f"{np.mean(errors):.4f}", f"{max(errors):.3f}", f"{np.median(times):.3f}")
        )
    return Table(("turned", "pages", "mean error °", "worst °", "seconds"), rows)
