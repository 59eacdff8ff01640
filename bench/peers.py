"""Recto beside unpaper, ImageMagick and OCRmyPDF: seconds a page, text quality and skew after each."""

import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

import cv2

from bench.cases import Case, Score, cases
from bench.pages import cleaned
from bench.programs import Cleaned, Way, missing, ways
from bench.registration import turned_by
from bench.tables import Options, Table
from fastapi_app.services import ocr, raster, reading
from fastapi_app.services.pixels import to_gray

NOTES = (
    "cleaned: median seconds from file to file; read: by the same Tesseract, or by the way's own engine.",
    "errors: character error rate; words: share of the words found; skew: mean degrees left. One thread each.",
)


@dataclass
class Figures:
    """Of one way over all pages."""

    cleaned: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    skew: list[float] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    refused: list[str] = field(default_factory=list)


def run(options: Options) -> Table:
    """Page by page, every way in turn, so that none has the quieter minute."""
    cv2.setNumThreads(1)
    pages = cases(options)
    figures = {name: Figures() for name in _ways()}
    for case in pages:
        for name, way in _ways().items():
            _measure(case, way, figures[name])
    groups = list(dict.fromkeys(case.group for case in pages))
    head = [f"{kind} {group}".strip() for group in groups for kind in ("errors", "words")]
    rows = [(name, *_row(found, groups)) for name, found in figures.items()]
    return Table(("way", "cleaned s", "read s", "skew °", *head), rows, (*NOTES, *_absent(), *_refusals(figures)))


def _ways() -> dict[str, Way]:
    own = {"Recto, cleaned": _clean, "Recto's own reading": _read}
    return {"as it is": _untouched, **ways(), **own}


def _untouched(case: Case, _: Path) -> Cleaned:
    return Cleaned(raster.decode(case.data, gray=True))


def _clean(case: Case, folder: Path) -> Cleaned:
    """What Auto Process makes of the page, for people to look at."""
    page = cleaned(case.data)
    (folder / "cleaned.png").write_bytes(raster.encode(page))
    return Cleaned(page)


def _read(case: Case, _: Path) -> Cleaned:
    """Text by the one way in for everything that reads."""
    return Cleaned(text=reading.result(reading.run(raster.decode(case.data, gray=True), case.languages)).text)


def _measure(case: Case, way: Way, figures: Figures) -> None:
    with tempfile.TemporaryDirectory(prefix="recto-") as folder:
        start = time.perf_counter()
        made = way(case, Path(folder))
        seconds = time.perf_counter() - start
    if made.image is None and made.text is None:
        figures.refused.append(case.name)
    if made.text is None:
        figures.cleaned.append(seconds)
        start = time.perf_counter()
        text = ocr.read(made.image, case.languages).text if made.image else ""
        seconds = time.perf_counter() - start
    figures.read.append(seconds)
    figures.scores[case.group].add(case.truth, text if made.text is None else made.text)
    straight = case.straight
    if made.image and straight is not None:
        angle = turned_by(to_gray(made.image.pixels), straight)
        figures.skew += [] if angle is None else [abs(angle)]


def _row(figures: Figures, groups: list[str]) -> list[str | None]:
    scores = [figures.scores[group] for group in groups]
    return [
        f"{median(figures.cleaned):.2f}" if figures.cleaned else None,
        f"{median(figures.read):.2f}",
        f"{mean(figures.skew):.2f}" if figures.skew else None,
        *(f"{share:.3f}" for score in scores for share in (score.error_rate, score.recall)),
    ]


def _absent() -> list[str]:
    gone = missing()
    by_hand = f"apt-get install {' '.join(gone)} (or ./recto bench --install-peers)"
    return [f"Not installed, so not measured: {', '.join(gone)}. To have them: {by_hand}."] if gone else []


def _refusals(figures: dict[str, Figures]) -> list[str]:
    return [f"{name} refused {', '.join(found.refused)}." for name, found in figures.items() if found.refused]
