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
from fastapi_app.services.recipe import Binarize, Border, Denoise, Deskew, Perspective, Recipe

READY_BYTES = 96 << 20  # what a clean-up of 8 megapixels touches
EVERYTHING = Recipe(steps=(Border(depth=25), Perspective(), Denoise(), Deskew(), Binarize()))
PIECE_BYTES = 8 << 20  # below the size from which malloc would give the memory back when it is freed


def _page() -> raster.Raster:
    """A photographed sheet of dots in lines that rise by two degrees, in the dark, with a resolution: small, but it
    takes the ways that most pages take."""
    page = np.full((480, 360, 3), 40, np.uint8)
    sheet = np.array([(40, 32), (330, 24), (338, 452), (32, 444)])
    cv2.fillConvexPoly(page, sheet, (200, 200, 200))
    for row in range(70, 410, 12):
        for x in range(64, 310, 6):
            cv2.circle(page, (x, row - x // 28), 1, (20, 20, 20), -1)
    return raster.Raster(page, 300.0)


def _clean(data: bytes) -> raster.Raster:
    """Looked at, and with all that a look may recommend done to it."""
    page, _ = inspection.load(data)
    return pipeline.result(pipeline.run(page, EVERYTHING, previews=False)).raster


def warm_up(*forms: str) -> None:
    """A page through what pages get; in and out of these formats."""
    for form in forms:
        raster.encode(_clean(raster.encode(_page(), form)), form)


def rehearse() -> None:
    """In a child: warm up for good, threads and memory included; while another page is being decoded, at best."""
    raster.encode(_clean(PAGE))
    pieces = [np.empty(PIECE_BYTES, np.uint8) for _ in range(READY_BYTES // PIECE_BYTES)]
    for piece in pieces:
        piece[:: resource.getpagesize()] = 0


def _prepare() -> None:
    Image.init()  # Pillow would import its formats, and with them EXIF, at the first file that has them
    cv2.setNumThreads(1)
    warm_up("png", "jpeg")
    gc.collect()
    gc.freeze()  # a collection in a child would write to, and so copy, every page that holds an object


PAGE = raster.encode(_page(), "jpeg")
_prepare()
