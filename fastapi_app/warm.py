"""Imported by the fork server, before any child: what OpenCV prepares at its first call is then prepared for all.

One thread only, so that nothing is half done in another thread at the moment of a fork.
"""

import cv2
import numpy as np

from fastapi_app import work  # noqa: F401  imported here for all children
from fastapi_app.services import pipeline, raster
from fastapi_app.services.presets import presets


def warm_up() -> None:
    """A page of dots through the default recipe, in and out of the usual formats."""
    cv2.setNumThreads(1)
    page = np.full((96, 96, 3), 200, np.uint8)
    page[20:76:8, 10:86:6] = 20
    for form in ("png", "jpeg"):
        read = raster.decode(raster.encode(raster.Raster(page), form))
        clean = pipeline.result(pipeline.run(read, presets()["manuscript"])).raster
        raster.encode(clean, form)


warm_up()
