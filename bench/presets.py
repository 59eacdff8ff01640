"""Presets and Auto Process: how well pages of each kind are read after each, and the time a megapixel."""

import time
from dataclasses import dataclass, field, replace
from statistics import median

import cv2

from bench.cases import Case, Score, cases
from bench.pages import cleaned, jpeg, png
from bench.tables import Options, Table
from fastapi_app.services import ocr, presets, raster
from fastapi_app.services.recipe import Recipe
from samples import degrade, kinds

NOTES = (
    "errors: character error rate of Tesseract alone; words: share of them found; degraded: turned, shaded, grainy.",
    "s/MP: median of decoding and cleaning, a megapixel, on one thread.",
)
WAYS: dict[str, Recipe | None] = {"as it is": Recipe(steps=()), **presets.presets(), "Auto Process": None}


@dataclass
class Figures:
    """Of one way over the pages of a kind."""

    plain: Score = field(default_factory=Score)
    degraded: Score = field(default_factory=Score)
    pace: list[float] = field(default_factory=list)

    def add(self, case: Case, recipe: Recipe | None) -> None:
        for score, each in ((self.plain, case), (self.degraded, degraded(case))):
            start = time.perf_counter()
            page = cleaned(each.data, recipe)
            self.pace.append((time.perf_counter() - start) / (page.width * page.height / 1e6))
            score.add(each.truth, ocr.read(page, each.languages).text)

    def row(self) -> tuple[str, ...]:
        shares = [share for score in (self.plain, self.degraded) for share in (score.error_rate, score.recall)]
        return (*(f"{share:.3f}" for share in shares), f"{median(self.pace):.3f}")


def run(options: Options) -> Table:
    """With a folder, on its pages that have their text beside them."""
    cv2.setNumThreads(1)
    figures: dict[tuple[str, str], Figures] = {}
    for case in cases(options) if options.pages else drawn():
        for way, recipe in WAYS.items():
            figures.setdefault((case.group, way), Figures()).add(case, recipe)
    head = ("page", "way", "errors", "words", "errors degraded", "words degraded", "s/MP")
    return Table(head, [(*name, *found.row()) for name, found in figures.items()], NOTES)


def drawn() -> list[Case]:
    return [
        Case(kind.name, png(kind.page), " ".join(kind.lines), (kind.language,), kind.name, kind.page)
        for kind in kinds()
    ]


def degraded(case: Case, seed: int = 3) -> Case:
    page = raster.decode(case.data, gray=True).pixels
    return replace(case, data=jpeg(degrade(page, seed)))
