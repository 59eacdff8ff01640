"""Local contrast: contrast-limited adaptive histogram equalisation (Zuiderveld 1994)."""

import cv2

from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels


def enhance_contrast(image: Pixels, clip_limit: float = 2.0, tile_size: int = 8) -> Pixels:
    """Equalises `tile_size` × `tile_size` tiles over the page; of a colour page only the lightness (CIE L*a*b*)."""
    if not 1 <= clip_limit <= 4:
        raise BadParameter("The clip limit lies between 1 and 4.")
    if not 2 <= tile_size <= 32:
        raise BadParameter("There are between 2 and 32 tiles a side.")
    equalizer = cv2.createCLAHE(clip_limit, (tile_size, tile_size))
    if image.ndim == 2:
        return equalizer.apply(image)
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    cv2.insertChannel(equalizer.apply(cv2.extractChannel(lab, 0)), lab, 0)
    return cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)
