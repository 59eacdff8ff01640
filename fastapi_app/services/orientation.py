"""Which way is up: quarter turns, found by Tesseract's orientation detection.

Turns are degrees by which the content is turned counter-clockwise, as seen: 0, 90, 180 or −90.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import pytesseract
from PIL import Image

from fastapi_app.services.errors import EngineUnavailable
from fastapi_app.services.pixels import Pixels, shrink, to_gray
from fastapi_app.services.raster import Matrix

CONFIDENT = 8.0  # printed and typed pages give 15 to 25; wrong answers, on parchments, up to 5
LONGEST = 2400  # the letters stay legible, and the detector looks at a quarter of a large photograph
SECONDS = 20
ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, -90: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Orientation:
    """`confidence` is Tesseract's, without a unit; 0 when there was too little to tell from."""

    turn: int
    confidence: float


UNKNOWN = Orientation(0, 0.0)


def estimate(image: Pixels) -> Orientation:
    """How the content is turned. Raises EngineUnavailable without Tesseract."""
    page = Image.fromarray(shrink(to_gray(image), LONGEST))
    page.format = "BMP"
    try:
        found = pytesseract.image_to_osd(
            page, config="--psm 0 --dpi 150", timeout=SECONDS, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractNotFoundError as error:
        raise EngineUnavailable("Tesseract is not installed.") from error
    except (pytesseract.TesseractError, RuntimeError):  # too few letters, or too many specks to look at in time
        return UNKNOWN
    turn = int(found["rotate"])
    return Orientation(turn - 360 if turn > 180 else turn, float(found["orientation_conf"]))


def turn_upright(image: Pixels, turn: int) -> tuple[Pixels, Matrix]:
    """The content turned clockwise by `turn`, without loss, and the matrix from old pixel coordinates to new."""
    if turn not in ROTATIONS:
        return image, np.eye(3)
    height, width = image.shape[:2]
    right, bottom = width - 1.0, height - 1.0
    matrix = {
        90: [[0, -1, bottom], [1, 0, 0], [0, 0, 1]],
        180: [[-1, 0, right], [0, -1, bottom], [0, 0, 1]],
        -90: [[0, 1, 0], [-1, 0, right], [0, 0, 1]],
    }[turn]
    return cv2.rotate(image, ROTATIONS[turn]), np.array(matrix, np.float64)


def orient(image: Pixels, min_confidence: float = CONFIDENT) -> tuple[Pixels, Matrix, int]:
    """The image with its content upright, the matrix to it, and the turn that was taken out; 0 below the confidence."""
    found = estimate(image)
    turn = found.turn if found.confidence >= min_confidence else 0
    turned, matrix = turn_upright(image, turn)
    return turned, matrix, turn
