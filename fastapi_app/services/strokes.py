"""What the strokes of a page are like: how broad, and whether they are darker or brighter than what is around them."""

import cv2
import numpy as np

from fastapi_app.services.pixels import Pixels, halve

LOOK_LONGEST = 1600
FEWEST_EDGES = 8  # pixels: what has a shorter outline is a speck
SQUARE = np.ones((3, 3), np.uint8)


def width(page: Pixels) -> float:
    """Pixels from edge to edge, of half of the outlines on a page of two levels; 0 without strokes.

    A stroke's area is half its outline times its width; the median is over outlines, so a few blots do not count.
    """
    ink = cv2.threshold(page, 127, 1, cv2.THRESH_BINARY_INV)[1]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    outline = np.bincount(labels[cv2.subtract(ink, cv2.erode(ink, SQUARE)) > 0], minlength=count)[1:]
    kept = outline > FEWEST_EDGES
    if not kept.any():
        return 0.0
    widths = 2 * stats[1:, cv2.CC_STAT_AREA][kept] / outline[kept]
    order = np.argsort(widths)
    reached = np.cumsum(outline[kept][order])
    return float(widths[order][np.searchsorted(reached, reached[-1] / 2)])


def dark_share(gray: Pixels) -> float:
    """Which share of what lies around strong edges is dark: about a quarter on most pages, three of white on black."""
    while max(gray.shape) > LOOK_LONGEST:
        gray = halve(gray)
    slope = cv2.subtract(cv2.dilate(gray, SQUARE), cv2.erode(gray, SQUARE))
    _, edges = cv2.threshold(slope, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    around = cv2.dilate(edges, np.ones((9, 9), np.uint8))
    reach = np.ones((15, 15), np.uint8)
    middle = cv2.addWeighted(cv2.erode(gray, reach), 0.5, cv2.dilate(gray, reach), 0.5, 0)
    dark = cv2.compare(gray, middle, cv2.CMP_LT)
    return cv2.countNonZero(cv2.bitwise_and(dark, around)) / max(1, cv2.countNonZero(around))
