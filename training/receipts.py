"""Receipts with the truth about them, as the engine reads pages: lines of words with boxes."""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi_app.services.invoice import dates, numbers
from fastapi_app.services.invoice.sums import plain
from fastapi_app.services.layout import Line, Page, Region, Word

LOST_SPACES = 0.15  # share of the spaces that an engine overlooks, on the pages that are misread on purpose
MISREAD = {"0": "O", "1": "l", "I": "l", "5": "S", "S": "5", "B": "8", "O": "0", ".": ",", "U": "V", "E": "F"}
MISREAD_SHARE = 0.01


@dataclass(frozen=True)
class Receipt:
    """A read page; `truth` by the names of fields in `services/invoice/models.py`, dates and amounts as there."""

    name: str
    page: Page
    truth: dict[str, str]


NAMES = {"company": "vendor", "address": "vendor_address", "date": "date", "total": "total"}


def _truth(path: Path) -> dict[str, str]:
    """Of the names and formats that the receipts' own files have."""
    told = {NAMES[name]: value for name, value in json.loads(path.read_text(encoding="utf-8")).items() if name in NAMES}
    told["date"] = next((found.value.isoformat() for found in dates.find(told.get("date", ""))), "")
    told["total"] = next((plain(found.value) for found in numbers.find(told.get("total", ""))), "")
    return {name: value for name, value in told.items() if value}


def receipts(folder: Path, *, with_image: bool | None = None) -> list[Receipt]:
    """NAME.boxes.csv (x1,y1,…,x4,y4,text) with NAME.fields.json; those with or without NAME.jpg, or all."""
    found = []
    for path in sorted(folder.glob("*.boxes.csv")):
        name = path.name.removesuffix(".boxes.csv")
        fields = folder / f"{name}.fields.json"
        has_image = (folder / f"{name}.jpg").exists()
        if fields.exists() and with_image in (None, has_image):
            found.append(Receipt(name, _page(list(_lines(path))), _truth(fields)))
    return found


def misread(receipt: Receipt, seed: int) -> Receipt:
    """As an engine might read it that loses spaces and takes letters for others."""
    dice = random.Random(f"{receipt.name} {seed}")
    lines = [_misread(line, dice) for line in receipt.page.lines]
    return Receipt(receipt.name, _page(lines), receipt.truth)


def _misread(line: Line, dice: random.Random) -> Line:
    words: list[Word] = []
    for word in line.words:
        text = "".join(MISREAD.get(c, c) if dice.random() < MISREAD_SHARE else c for c in word.text)
        if words and dice.random() < LOST_SPACES:
            last = words.pop()
            x, y, _, height = last.box
            words.append(Word(text=last.text + text, confidence=1.0, box=(x, y, word.box[0] + word.box[2] - x, height)))
        else:
            words.append(word.model_copy(update={"text": text}))
    return Line.of(words)


def _lines(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.reader(file, quoting=csv.QUOTE_NONE):
            text = ",".join(row[8:]).strip()
            if len(row) > 8 and text:
                yield Line.of(_words(text, [round(float(value)) for value in row[:8]]))


def _words(text: str, corners: Sequence[int]) -> list[Word]:
    """Boxes by letters."""
    xs, ys = corners[::2], corners[1::2]
    x, y, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    words, at = [], 0
    for word in text.split():
        left, right = (x + round(width * end / len(text)) for end in (at, at + len(word)))
        words.append(Word(text=word, confidence=1.0, box=(left, y, right - left, height)))
        at += len(word) + 1
    return words


def _page(lines: Sequence[Line]) -> Page:
    right = max((line.box[0] + line.box[2] for line in lines), default=1)
    bottom = max((line.box[1] + line.box[3] for line in lines), default=1)
    return Page(
        width=right + 20, height=bottom + 20, languages=("eng",), engine="truth", confidence=1.0,
        regions=tuple(Region.of([line]) for line in lines),
    )  # fmt: skip
