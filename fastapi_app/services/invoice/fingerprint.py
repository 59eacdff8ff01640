"""What a page looks like, in 64 bits: the same paper scanned again, made smaller or saved as JPEG differs in a few.

The hash by discrete cosine transform of Zauner (Implementation and benchmarking of perceptual image hash functions,
2010), by OpenCV; `imagehash` does the same with SciPy and PyWavelets.
"""

import cv2
import numpy as np

from fastapi_app.services.pixels import Pixels

LOOK = 32  # pixels a side of the page that is looked at
WAVES = 8  # a side of the lowest frequencies


def fingerprint(page: Pixels) -> str:
    """16 hexadecimal digits of a gray page (h, w). Compare by the number of bits that differ."""
    small = cv2.resize(page, (LOOK, LOOK), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[1 : WAVES + 1, 1 : WAVES + 1]  # without the constant ones: brightness and its slope
    bits = (waves > np.median(waves)).ravel()
    return np.packbits(bits).tobytes().hex()


def distance(one: str, other: str) -> int:
    """Bits that differ, of 64."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
