"""Ink or paper: a page of two levels, 0 for ink and 255 for paper, on the pixel grid of the input."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import doxapy
import numpy as np

from fastapi_app.services import edge_levels, learned
from fastapi_app.services.background import odd
from fastapi_app.services.errors import BadParameter
from fastapi_app.services.pixels import Pixels, to_gray


@dataclass(frozen=True)
class Settings:
    """threshold 0–255 for `manual`; window in pixels and k (no unit) for the local methods; None: the method's own."""

    threshold: int | None = None
    window: int | None = None
    k: float | None = None

    def window_for(self, gray: Pixels) -> int:
        """An odd window, by default about two lines of text high."""
        return odd(self.window or max(25, min(gray.shape) / 30))


def otsu(gray: Pixels, settings: Settings) -> Pixels:
    """One threshold for the page, between the two groups of brightness (Otsu 1979)."""
    return cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def manual(gray: Pixels, settings: Settings) -> Pixels:
    """Brighter than the threshold is paper."""
    threshold = 128 if settings.threshold is None else settings.threshold
    return cv2.threshold(gray, threshold, 255, cv2.THRESH_BINARY)[1]


def adaptive(gray: Pixels, settings: Settings) -> Pixels:
    """Darker than its surroundings by 255 k / 10 is ink (Gaussian-weighted mean)."""
    k = 0.4 if settings.k is None else settings.k
    window = settings.window_for(gray)
    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, window, 25.5 * k)


def sauvola(gray: Pixels, settings: Settings) -> Pixels:
    """mean · (1 + k (deviation / 128 − 1)) in a window (Sauvola and Pietikäinen 2000)."""
    k = np.float32(0.2 if settings.k is None else settings.k)
    window = (settings.window_for(gray),) * 2
    mean = cv2.boxFilter(gray, cv2.CV_32F, window)
    variance = cv2.subtract(cv2.sqrBoxFilter(gray, cv2.CV_32F, window), cv2.multiply(mean, mean))
    deviation = np.sqrt(np.maximum(variance, 0))
    threshold = mean * ((k / np.float32(128)) * deviation + (np.float32(1) - k))
    return cv2.compare(gray.astype(np.float32), threshold, cv2.CMP_GT)


def _doxa(algorithm: doxapy.Binarization.Algorithms, k: float | None) -> Callable[[Pixels, Settings], Pixels]:
    def apply(gray: Pixels, settings: Settings) -> Pixels:
        page = np.empty_like(gray)
        parameters: dict[str, float] = {"window": settings.window_for(gray)}
        if k is not None:
            parameters["k"] = k if settings.k is None else settings.k
        else:
            parameters = {}
        worker = doxapy.Binarization(algorithm)
        worker.initialize(np.ascontiguousarray(gray))
        worker.to_binary(page, parameters)
        return page

    return apply


def edges(gray: Pixels, settings: Settings) -> Pixels:
    """The default of interactive use: the levels on both sides of strokes, place by place."""
    return edge_levels.binarize(gray)


def auto(gray: Pixels, settings: Settings) -> Pixels:
    """The best page, by a learned model, at some thirty times the cost of `edges`."""
    return learned.binarize(gray)


_DOXA = doxapy.Binarization.Algorithms

METHODS: dict[str, Callable[[Pixels, Settings], Pixels]] = {
    "auto": auto,
    "edges": edges,
    "otsu": otsu,
    "adaptive": adaptive,
    "sauvola": sauvola,
    "wolf": _doxa(_DOXA.WOLF, 0.2),  # Wolf and Jolion 2004
    "nick": _doxa(_DOXA.NICK, -0.2),  # Khurshid, Siddiqi, Faure and Vincent 2009
    "isauvola": _doxa(_DOXA.ISAUVOLA, 0.2),  # Hadjadj, Meziane, Cherfa, Cheriet and Setitra 2016
    "su": _doxa(_DOXA.SU, None),  # Su, Lu and Tan 2010
    "manual": manual,
}


def binarize(
    image: Pixels,
    method: str = "auto",
    threshold: int | None = None,
    window: int | None = None,
    k: float | None = None,
) -> Pixels:
    """(h, w) uint8 of 0 and 255 from a gray or BGR page. BadParameter for an unknown method or a value out of range."""
    if method not in METHODS:
        raise BadParameter(f"There is no method “{method}”; choose one of {', '.join(METHODS)}.")
    if threshold is not None and not 0 <= threshold <= 255:
        raise BadParameter("The threshold lies between 0 and 255.")
    if window is not None and not 3 <= window <= 501:
        raise BadParameter("The window is between 3 and 501 pixels wide.")
    if k is not None and not -1 <= k <= 1:
        raise BadParameter("k lies between −1 and 1.")
    return METHODS[method](to_gray(image), Settings(threshold, window, k))
