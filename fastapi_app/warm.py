"""What a run would otherwise do for the first time, done before: imported by the fork server, repeated by each child.

The server has one thread only, so that nothing is half done in another thread at the moment of a fork. A child that
waits for work goes through a page once more, with all its threads: every page of memory that a fork shares and a run
writes to costs a fault, and five thousand of them cost more than cleaning a small page.
"""

import gc
import resource

import cv2
import numpy as np
from PIL import Image

from fastapi_app import work  # noqa: F401  imported here for all children
from fastapi_app.services import inspection, pipeline, raster
from fastapi_app.services.presets import presets

READY_BYTES = 96 << 20  # what a clean-up of 8 megapixels touches
PIECE_BYTES = 8 << 20  # below the size from which malloc would give the memory back when it is freed


def warm_up(*forms: str) -> None:
    """A page of dots, with a resolution, through what a page gets; in and out of these formats."""
    page = np.full((96, 96, 3), 200, np.uint8)
    page[20:76:8, 10:86:6] = 20
    for form in forms:
        data = raster.encode(raster.Raster(page, 300.0), form)
        for recipe in (None, presets()["manuscript"]):
            clean = pipeline.result(pipeline.run(*inspection.load(data, recipe), previews=False)).raster
            raster.encode(clean, form)


def rehearse() -> None:
    """In a child: warm up for good, threads and memory included; while another page is being decoded, at best."""
    warm_up("jpeg")
    pieces = [np.empty(PIECE_BYTES, np.uint8) for _ in range(READY_BYTES // PIECE_BYTES)]
    for piece in pieces:
        piece[:: resource.getpagesize()] = 0


def _prepare() -> None:
    Image.init()  # Pillow would import its formats, and with them EXIF, at the first file that has them
    cv2.setNumThreads(1)
    warm_up("png", "jpeg")
    gc.collect()
    gc.freeze()  # a collection in a child would write to, and so copy, every page that holds an object


_prepare()
