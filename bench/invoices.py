"""Invoices and receipts: how many fields are read right, and whether an unsure field is a wrong one.

On pages that `samples` draws, with grain, in five languages; or on the images of a folder with NAME.fields.json beside
them (`vendor`, `vendor_address`, `date`, `total` …; `company` and `address` are understood, too).
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import fmean

from bench.pages import files, jpeg
from bench.tables import Options, Table
from fastapi_app.services import raster, reading
from fastapi_app.services.invoice import dates, numbers
from fastapi_app.services.invoice.extract import extract
from fastapi_app.services.invoice.models import FIELD_NAMES, Field
from samples import photograph
from samples.invoice_words import TONGUES
from samples.invoices import invoice, receipt

FIRST = 5000  # of the seeds: the model has learned from 0 to 9
EACH = 2  # seeds a language and kind
ALIASES = {"company": "vendor", "address": "vendor_address"}
AMOUNTS = ("subtotal", "tax", "total")
DATES = ("date", "due_date")
NOTES = (
    "F1: of exact values; text by its letters and digits alone. sure right, sure wrong: mean confidence of either.",
    "found low: share of the wrong ones that are among the quarter of the fields with the lowest confidence.",
)


@dataclass(frozen=True)
class Page:
    data: bytes
    languages: tuple[str, ...]
    truth: Mapping[str, str]


@dataclass
class Score:
    """`read`: (confidence, right) of every value that was read; `asked`: how many there are."""

    read: list[tuple[float, bool]] = field(default_factory=list)
    asked: int = 0

    def add(self, name: str, truth: str, found: Field | None) -> None:
        self.asked += 1
        if found:
            self.read.append((found.confidence, alike(name, truth, found.value)))

    def row(self) -> tuple[object, ...]:
        right = [confidence for confidence, is_right in self.read if is_right]
        wrong = [confidence for confidence, is_right in self.read if not is_right]
        low = sorted(self.read)[: max(1, len(self.read) // 4)]
        shares = (
            2 * len(right) / (len(self.read) + self.asked),
            fmean(right) if right else None,
            fmean(wrong) if wrong else None,
            sum(not is_right for _, is_right in low) / len(wrong) if wrong else None,
        )
        return (self.asked, *(share if share is None else f"{share:.3f}" for share in shares))


def alike(name: str, truth: str, value: str) -> bool:
    if name in AMOUNTS:
        told = next(numbers.find(truth), None)
        return told is not None and told.value == Decimal(value)
    if name in DATES:
        return value in [truth, *(day.value.isoformat() for day in dates.find(truth))]
    return re.sub(r"\W", "", truth).casefold() == re.sub(r"\W", "", value).casefold()


def run(options: Options) -> Table:
    scores: dict[str, Score] = {}
    taken = []
    for page in _folder(options) if options.pages else _drawn(options.limit):
        start = time.perf_counter()
        read = reading.result(reading.run(raster.decode(page.data), page.languages, is_form=True))
        found = extract([read], page.languages).fields
        taken.append(time.perf_counter() - start)
        for name, truth in page.truth.items():
            scores.setdefault(name, Score()).add(name, truth, found.get(name))
    whole = Score([each for score in scores.values() for each in score.read], sum(s.asked for s in scores.values()))
    rows = [(name, *scores[name].row()) for name in FIELD_NAMES if name in scores]
    head = ("field", "n", "F1", "sure right", "sure wrong", "found low")
    pace = (f"{len(taken)} pages, {fmean(taken):.1f} s a page." if taken else "No page has its fields beside it.",)
    return Table(head, [*rows, ("all", *whole.row())] if taken else [], (*NOTES, *pace))


def _folder(options: Options) -> Iterator[Page]:
    for path in files(options):
        beside = path.with_suffix(".fields.json")
        if beside.exists():
            yield Page(path.read_bytes(), options.languages, _truth(beside))


def _truth(path: Path) -> dict[str, str]:
    told = json.loads(path.read_text(encoding="utf-8"))
    named = {ALIASES.get(name, name): str(value) for name, value in told.items()}
    return {name: value for name, value in named.items() if name in FIELD_NAMES and value}


def _drawn(limit: int | None) -> Sequence[Page]:
    papers = [
        kind(tongue, seed) for seed in range(FIRST, FIRST + EACH) for tongue in TONGUES for kind in (invoice, receipt)
    ]
    return [
        Page(jpeg(photograph(paper.pixels(), grain=6, seed=seed)), (paper.tongue.language,), paper.truth)
        for seed, paper in enumerate(papers[:limit])
    ]
