"""A page of each kind that there is a preset for, as a scanner gives it, and the same as a phone does."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from samples.aged import age
from samples.drawing import Pixels, draw
from samples.photographs import photograph
from samples.texts import ENGLISH, HEBREW, RECEIPT


@dataclass(frozen=True, eq=False)
class Kind:
    """preset: what it is made for. page: (h, w) uint8 gray, level. language: Tesseract's code."""

    name: str
    preset: str
    page: Pixels
    lines: tuple[str, ...]
    language: str = "eng"


def kinds() -> Iterator[Kind]:
    english, hebrew = _written(ENGLISH), _written(HEBREW)
    yield Kind("manuscript", "manuscript", age(english, hebrew, fading=0.4, show_through=0.25, stains=0.4), ENGLISH)
    yield Kind("print", "print", _scanned(english, ink=30, grain=3), ENGLISH)
    yield Kind("receipt", "receipt", _scanned(_receipt(), ink=110, grain=3), RECEIPT)
    yield Kind("clean", "clean", _small(ENGLISH), ENGLISH)
    yield Kind("clean, Hebrew", "clean", _small(HEBREW), HEBREW, "heb")


def degrade(page: Pixels, seed: int = 3) -> Pixels:
    """(h, w, 3) BGR of a gray page, as a hurried photograph has it: turned, lit from one side, grainy."""
    return photograph(page, angle=3.5, shade=0.6, grain=8, seed=seed)


def _written(lines: tuple[str, ...]) -> Pixels:
    return draw(lines, width=1200, height=1200, size=36, margin=90, leading=1.6)


def _small(lines: tuple[str, ...]) -> Pixels:
    """Small print with soft strokes and no grain, as a program draws it."""
    page = draw(lines, width=760, height=760, size=20, margin=40, leading=1.6)
    return cv2.GaussianBlur(page, (0, 0), 0.8)


def _receipt() -> Pixels:
    return draw(RECEIPT, width=640, height=1100, size=32, margin=50, leading=1.6)


def _scanned(page: Pixels, *, ink: float, grain: float) -> Pixels:
    """In even light, a little soft; `ink`: its level, with the paper at 235."""
    soft = cv2.GaussianBlur(page, (0, 0), 0.7).astype(np.float32)
    noise = np.random.default_rng(5).normal(0, grain, page.shape)
    return np.clip(ink + soft * ((235 - ink) / 255) + noise, 0, 255).astype(np.uint8)
