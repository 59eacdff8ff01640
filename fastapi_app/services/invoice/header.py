"""The lines of a page that may name the vendor, with what is evidence about each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fastapi_app.services.invoice import dates
from fastapi_app.services.invoice.labels import kinds
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.rows import Cell

MOST = 40
SIGNS = frozenset("-–—·•●|∙*,")
FEWEST_PARTS = 3  # of a letterhead in one line
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = {
    "legal form": (
        "sdn bhd|s/b|bhd|enterprise|enterprises|trading|gmbh|ag|kg|ug|ohg|mbh|a.g.|e.k.|inc|llc|ltd|limited|plc|co|"
        'pte|sarl|sas|sa|s.a.|eurl|b.v.|bv|n.v.|vof|בע"מ|בע״מ'
    ),
    "street": (
        "jalan|jln|jl|lorong|lrg|persiaran|lebuh|lebuhraya|street|road|avenue|ave|lane|weg|platz|allee|rue|chemin|boulevard|bd|"
        "place|quai|impasse|רחוב|רח'|שדרות|שד'|דרך"
    ),
    "quarter": "taman|tmn|kawasan|bandar|kampung|seksyen|section|desa|pusat|plaza|mall|batu|kompleks|wisma|menara",
    "place": (
        "selangor|johor|kuala|lumpur|k.l|kl|penang|perak|melaka|pahang|kedah|sabah|sarawak|klang|shah|alam|petaling|jaya|"
        "ipoh|darul|ehsan|takzim|malaysia|deutschland|germany|france|nederland|ישראל|תל|ירושלים|חיפה"
    ),
    "telephone": "tel|fax|phone|h/p|hp|telefon|telefax|fon|hotline|mobile|tél|טל|טל'|טלפון|פקס",
    "title": (
        "invoice|receipt|bill|cash|copy|rechnung|quittung|beleg|facture|avoir|ticket|reçu|invois|resit|factuur|חשבונית|קבלה"
    ),
    "thanks": "thank|thanks|welcome|please|again|goods|sold|return|exchange|terima|kasih|danke|merci|תודה",
    "tax number": "gst|sst|ust|tva|vat|tax|btw|ustid|ust-id|siret|עוסק",
}
_SHAPES = {
    "house": r"\b(?:no|lot|unit|blok|block|suite|level|floor)\b[.: ]*[\da-z]|^\W*\d+[a-z]?[,\-/ ]",
    "street name": r"\w(?:straße|strasse|str\.|weg|platz|allee|gasse|straat)(?!\w)",
    "postcode": r"(?<!\d)\d{5}(?!\d)|(?<!\d)\d{7}(?!\d)|\b\d{4} ?[a-z]{2}\b",
    "telephone number": r"\+\d{2}|\(?0\d{1,3}\)?[- ]\d{5,}",
    "web": r"@|www\.|http|\.com\b|\.my\b|\.de\b|\.fr\b|\.il\b|e-?mail",
    "registered": r"\(?\b\d{4,7}\s?-\s?[a-z]\b\)?|\bco\.? ?reg|\breg\b|\broc\b|company no|\bhrb\b|ח\.?פ|ע\.?מ",
    "brackets": r"^\s*\(.*\)\s*$",
    "comma": r",\s*$",
    "colon": r":",
    "mark": r"[*=_]{3}|-{3}",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _SHAPES.items()} | {
    name: re.compile(rf"(?<!\w)(?:{re.escape(listed).replace(chr(92) + '|', '|')})(?!\w)")
    for name, listed in _WORDS.items()
}


@dataclass(frozen=True, eq=False)
class Heading:
    cell: Cell
    features: dict[str, float]


def headings(paper: Paper) -> list[Heading]:
    """Lines in blocks, those of the first page, as far as there may be a vendor."""
    cells = [part for block in paper.blocks for cell in block if cell.page == 1 for part in _parts(cell)][:MOST]
    own = [_own(cell, paper) for cell in cells]
    return [
        Heading(cell, {**own[at], **_placed(at, cells, paper), **_beside(own, at)}) for at, cell in enumerate(cells)
    ]


def _parts(cell: Cell) -> list[Cell]:
    """A letterhead in one line (name - street - town), part by part."""
    runs = [tuple(run) for is_sign, run in groupby(cell.words, key=lambda word: word.text in SIGNS) if not is_sign]
    if len(runs) < FEWEST_PARTS or not _PATTERNS["postcode"].search(cell.text.lower()):
        return [cell]
    return [Cell(cell.page, run, cell.middle) for run in runs]


def _own(cell: Cell, paper: Paper) -> dict[str, float]:
    upper, lower = cell.text.upper(), cell.text.lower()
    letters = sum(letter.isalpha() for letter in upper)
    digits = sum(letter.isdigit() for letter in upper)
    found = {name: 1.0 for name, pattern in _PATTERNS.items() if pattern.search(lower)}
    found |= {f"word {word}": 1.0 for word in _WORD.findall(upper) if len(word) > 1}
    found |= {f"label {kind}": 1.0 for kind in kinds(cell.text, "NUMBERS")}
    found["date"] = float(next(dates.find(cell.text), None) is not None)
    found["digits"] = digits / max(1, letters + digits)
    found["no letters"] = float(letters < 3)
    found["capitals"] = float(letters > 0 and cell.text == upper)
    found["one word"] = float(len(cell.words) == 1)
    found["long"] = min(1.0, len(upper) / 40)
    found["large"] = max(-1.0, min(2.0, cell.height / paper.height - 1))
    return found


def _placed(at: int, cells: Sequence[Cell], paper: Paper) -> dict[str, float]:
    cell = cells[at]
    page = paper.pages[cell.page - 1]
    centre = (cell.left + cell.right) / 2 / max(1, page.width)
    tallest = max(other.height for other in cells)
    gap = (cell.middle - cells[at - 1].middle) / max(1.0, cell.height) if at else 0.0
    return {
        "bias": 1.0,
        f"line {min(at, 12)}": 1.0,
        "depth": cell.box[1] / max(1, page.height),
        "tallest": float(cell.height > 0.95 * tallest),
        "centred": float(abs(centre - 0.5) < 0.1),
        "right": float(centre > 0.6),
        "gap before": float(not 0 < gap < 2.2),
    }


def _beside(own: Sequence[dict[str, float]], at: int) -> dict[str, float]:
    return {
        f"{side} {name}": value
        for side, other in (("before", at - 1), ("after", at + 1), ("after next", at + 2))
        for name, value in (own[other] if 0 <= other < len(own) else {"edge": 1.0}).items()
        if name in _PATTERNS or name in ("edge", "date", "digits", "no letters", "large")
    }
