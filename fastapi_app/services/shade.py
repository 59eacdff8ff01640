"""Shading: uneven light divided out, so that the paper is white everywhere and the strokes keep their gray."""

import cv2
import numpy as np

from fastapi_app.services.background import background
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels


def remove_shading(image: Pixels, reach: float = 2.0) -> Pixels:
    """The image over its paper, channel by channel, in the same shape: a cast of the light goes with the shading.

    `reach`: per cent of the longer side; what is dark and narrower is ink and stays, what is broader becomes paper.
    """
    if not 1 <= reach <= 10:
        raise BadParameter("The reach lies between 1 and 10 per cent of the page.")
    height, width = image.shape[:2]
    paper = cv2.resize(background(image, reach=reach / 100), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, paper, scale=255), np.uint8)
