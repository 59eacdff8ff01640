"""Printed pages, set in Frank Ruhl Libre by Pillow and Raqm."""

import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent.parent / "node_modules" / "@fontsource" / "frank-ruhl-libre" / "files"

Pixels = NDArray[Any]


@cache
def font(script: str, size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """`script` is latin or hebrew: the family comes in one file for each."""
    path = FONTS / f"frank-ruhl-libre-{script}-{weight}-normal.woff"
    if not path.exists():
        raise FileNotFoundError("The fonts are missing: run `npm ci` (or `./recto up`, which does).")
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)


def is_hebrew(text: str) -> bool:
    return any("\u0590" <= letter <= "\u05ff" for letter in text)


def draw(
    lines: Sequence[str],
    *,
    width: int = 2000,
    height: int = 2800,
    size: int = 58,
    leading: float = 1.6,
    margin: int = 200,
) -> Pixels:
    """(height, width) uint8, black on white. Hebrew lines are set from the right margin, others from the left."""
    page = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        baseline = margin + size + round(number * size * leading)
        if is_hebrew(line):
            _leftward(pen, line, width - margin, baseline, size)
        else:
            pen.text((margin, baseline), line, fill=0, font=font("latin", size), anchor="ls")
    return np.asarray(page)


def _leftward(pen: ImageDraw.ImageDraw, line: str, right: int, baseline: int, size: int) -> None:
    """Sets a Hebrew line word by word: the Hebrew font has neither spaces nor full stops."""
    space = font("latin", size).getlength(" ")
    at = float(right)
    for word in line.split(" "):
        for script, run in _runs(word):
            face = font(script, size)
            at -= face.getlength(run)
            pen.text((at, baseline), run, fill=0, font=face, anchor="ls")
        at -= space


def _runs(word: str) -> Iterator[tuple[str, str]]:
    for hebrew, letters in itertools.groupby(word, key=is_hebrew):
        yield ("hebrew" if hebrew else "latin"), "".join(letters)
