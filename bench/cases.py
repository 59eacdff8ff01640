"""Pages whose text is known, and how well they were read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench.pages import Pixels, files, jpeg, png
from bench.tables import Options
from samples import ENGLISH, HEBREW, draw, photograph

WIDTH, HEIGHT, SIZE = 1654, 2339, 44  # A4 at 200 dpi


@dataclass(frozen=True, eq=False)
class Case:
    """data: the file. group: what its figures are added up with. straight: the page before it was photographed, where
    that is known."""

    name: str
    data: bytes
    truth: str
    languages: tuple[str, ...]
    group: str
    straight: Pixels | None = None


@dataclass
class Score:
    """Character errors, at most every letter of a page, and words found, over all pages."""

    errors: int = 0
    letters: int = 0
    found: int = 0
    words: int = 0

    def add(self, truth: str, text: str) -> None:
        expected, got = truth.split(), text.split()
        letters = " ".join(expected)
        self.errors += min(len(letters), Levenshtein.distance(letters, " ".join(got)))
        self.letters += len(letters)
        self.found += sum(word in set(got) for word in expected)
        self.words += len(expected)

    @property
    def error_rate(self) -> float:
        return self.errors / max(1, self.letters)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.words)


def cases(options: Options) -> list[Case]:
    """Of the folder: NAME.jpg (or .png, …) with NAME.gt.txt beside it."""
    return list(islice(_of_folder(options) if options.pages else _drawn(), options.limit))


def _of_folder(options: Options) -> Iterator[Case]:
    for path in files(replace(options, limit=None)):
        truth = path.with_suffix(".gt.txt")
        if truth.exists():
            yield Case(path.name, path.read_bytes(), truth.read_text("utf-8"), options.languages, "")


def _drawn() -> Iterator[Case]:
    pages = {
        "prose": (_page([*ENGLISH, "", *ENGLISH]), " ".join(ENGLISH * 2), ("eng",)),
        "columns": (_columns(ENGLISH), " ".join(ENGLISH * 2), ("eng",)),
        "hebrew": (_page([*HEBREW, "", *HEBREW]), " ".join(HEBREW * 2), ("heb",)),
    }
    for name, (page, truth, languages) in pages.items():
        yield Case(name, png(page), truth, languages, "clean", page)
    for seed, (angle, shade, grain) in enumerate(((1.5, 0.4, 5), (-3.0, 0.65, 8), (5.0, 0.75, 11))):
        for name, (page, truth, languages) in pages.items():
            image = photograph(page, angle=angle, shade=shade, grain=grain, seed=seed)
            yield Case(f"{name}, photograph {seed + 1}", jpeg(image), truth, languages, "photographed", page)


def _page(lines: list[str]) -> Pixels:
    return draw(lines, width=WIDTH, height=HEIGHT, size=SIZE, margin=120, leading=1.5)


def _columns(lines: tuple[str, ...]) -> Pixels:
    """Two columns side by side, in small print."""
    column = draw(lines, width=WIDTH // 2, height=HEIGHT, size=26, margin=70, leading=1.6)
    return np.hstack([column, column])
