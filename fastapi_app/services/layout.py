"""A read page: regions of lines of words, each with its box. Domain model and wire format at once.

Every box is (x, y, width, height) in pixels of the original image, text is in logical order, a confidence lies between
0 and 1.
"""

import unicodedata
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

Box = tuple[int, int, int, int]
Direction = Literal["ltr", "rtl"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Word(Frozen):
    text: str
    confidence: float
    box: Box


class Line(Frozen):
    text: str
    confidence: float
    box: Box
    direction: Direction
    words: tuple[Word, ...]

    @classmethod
    def of(cls, words: Sequence[Word]) -> "Line":
        """A line from its words in logical order."""
        text = " ".join(word.text for word in words)
        return cls(
            text=text,
            confidence=mean_confidence(words),
            box=around([word.box for word in words]),
            direction=direction_of(text),
            words=tuple(words),
        )


class Region(Frozen):
    box: Box
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Region":
        return cls(box=around([line.box for line in lines]), lines=tuple(lines))


class Page(Frozen):
    """width and height of the original image; `engine` names what read it, with its version."""

    width: int
    height: int
    languages: tuple[str, ...]
    engine: str
    confidence: float
    regions: tuple[Region, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for region in self.regions for line in region.lines)

    @property
    def text(self) -> str:
        """Lines as lines, an empty line between regions."""
        return "\n\n".join("\n".join(line.text for line in region.lines) for region in self.regions)


def text_of(pages: Sequence[Page]) -> str:
    """A form feed between pages, as Tesseract writes it."""
    return "\n\f".join(page.text for page in pages)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds them all; (0, 0, 0, 0) around none."""
    if not boxes:
        return (0, 0, 0, 0)
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return (left, top, right - left, bottom - top)


def direction_of(text: str) -> Direction:
    """By the majority of the letters' bidirectional classes (Unicode Standard Annex 9): R and AL against L."""
    classes = [unicodedata.bidirectional(letter) for letter in text]
    leftward = sum(kind in ("R", "AL") for kind in classes)
    return "rtl" if leftward > classes.count("L") else "ltr"


def mean_confidence(words: Sequence[Word]) -> float:
    """Weighted by the words' lengths; 0 for no words."""
    weight = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / weight, 4) if weight else 0.0
