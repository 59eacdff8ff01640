"""Numbers that name: the invoice's own, tax numbers, bank accounts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError

from fastapi_app.services.invoice import dates
from fastapi_app.services.invoice.labels import Label, labels
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate
from fastapi_app.services.invoice.rows import Row, Span

_TOKEN = re.compile(r"#?(?=[^\s]*\d)[A-Za-z0-9\u05d0-\u05ea][A-Za-z0-9\u05d0-\u05ea._/\-]*[A-Za-z0-9]|#?\d")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[ ]?\d{2}(?:[ ]?[A-Z0-9]){11,30}")
_AMOUNT = re.compile(r"\d+[.,]\d{2}$|\d{1,2}:\d{2}")
_TAX = re.compile(
    r"(?<![A-Z0-9])(?:DE ?\d{3} ?\d{3} ?\d{3}(?!\d)|ATU ?\d{8}|FR ?[0-9A-Z]{2} ?\d{3} ?\d{3} ?\d{3}(?!\d)"
    r"|NL ?\d{9} ?B ?\d{2}|BE ?[01]\d{9}|LU ?\d{8}|IT ?\d{11}|ES ?[A-Z0-9]\d{7}[A-Z0-9]|GB ?\d{9}"
    r"|CHE[-. ]?\d{3}[. ]?\d{3}[. ]?\d{3}|\d{2}[A-Z]{5}\d{4}[A-Z]\dZ[A-Z0-9])(?![A-Z0-9])"
)
_TAX_VALUE = re.compile(r"[A-Z]{0,3}[-/ ]?\d[\dA-Z]*(?:[-/. ]?\d[\dA-Z]*){0,5}", re.IGNORECASE)
_TAX_LEAD = re.compile(r"[^\w%]{0,4}(?:(?:no|nr|id|reg|number|idnr|n°|מס)\b[^\w%]{0,4}){0,3}", re.IGNORECASE)
_NUMBER_SIGN = re.compile(
    r"^[^\w(]*(?:no|nr|num|number|nummer|numero|n[°ºo]|#|id|מס['׳]?|מספר)?[\s.:#°º\-]*(?:\(\d+\)\s*Nr\.?\s*)?$",
    re.IGNORECASE,
)
_ENDS_IN_SIGN = re.compile(
    r"(?<!\w)(?:no|nr|num|number|nummer|numero|n[°ºo]|#|id|מס['׳]?|מספר)[\s.:#°º]*$", re.IGNORECASE
)
FEWEST_DIGITS = 3
NEAR = 7  # characters between a number and its date: of, vom, du
FAR = 12  # characters between a label and its value
HEADER_ROWS = 2


def number_candidates(paper: Paper) -> list[Candidate]:
    return [candidate for at, row in enumerate(paper.rows) for candidate in _numbers(paper, row, at)]


def _numbers(paper: Paper, row: Row, at: int) -> Iterator[Candidate]:
    taken = [(each.start, each.end) for each in dates.find(row.text)]
    tokens = list(_TOKEN.finditer(row.text))
    said = [label for label in labels(row.text, "NUMBERS") if not any(_is_part(label, match) for match in tokens)]
    for match in tokens:
        if any(start < match.end() and match.start() < end for start, end in taken) or _AMOUNT.match(match[0]):
            continue
        inside = [label for label in said if label.start < match.end() and match.start() < label.end]
        if inside:
            continue
        before = [label for label in said if label.end <= match.start()]
        span = row.span(match.start(), match.end())
        over = [] if before else paper.said_above(row, span.box, HEADER_ROWS, "NUMBERS")
        label = before[-1] if before else None
        kind = f"below kind {over[0]}" if over else f"kind {label.kind if label else ''}"
        between = row.text[label.end : match.start()] if label else ""
        features = _features(paper, row, match[0], kind, label, between)
        is_dated = any(0 <= start - match.end() <= NEAR for start, _ in taken)
        yield Candidate(match[0].lstrip("#"), span, features | {"dated": float(is_dated)})


def _is_part(label: Label, match: re.Match[str]) -> bool:
    """The INV of INV-10042 is no label."""
    digits = sum(letter.isdigit() for letter in match[0])
    return digits >= FEWEST_DIGITS and match.start() <= label.start and label.end < match.end()


def _features(paper: Paper, row: Row, value: str, kind: str, label: Label | None, between: str) -> dict[str, float]:
    return {
        kind: 1.0,
        "named": float(label is not None and label.kind == "invoice_number" and label.words > 1),
        "sign": float(label is not None and label.kind == "invoice_number" and bool(_NUMBER_SIGN.match(between))),
        "numbered": float(bool(_ENDS_IN_SIGN.search(between))),
        "far": float(len(between) > FAR),
        "bracket": float(between.rstrip().endswith("(")),
        "tab": float("\t" in between.strip(" :")),
        "digits": min(10, sum(letter.isdigit() for letter in value)) / 10,
        "short": float(len(value) < 3),
        "mixed": float(any(letter.isalpha() for letter in value)),
        "depth": paper.depth(row),
        "first page": float(row.page == 1),
    }


def ibans(paper: Paper) -> Iterator[tuple[str, Span]]:
    """Those whose check digits are right."""
    for row in paper.rows:
        text = row.text.replace("\t", " ").upper()
        for match in _IBAN.finditer(text):
            for end in range(match.end(), match.start() + 14, -1):
                try:
                    yield iban_number.validate(text[match.start() : end]), row.span(match.start(), end)
                    break
                except ValidationError:
                    continue


@dataclass(frozen=True, eq=False)
class TaxNumber:
    value: str
    span: Span
    row: Row
    is_customers: bool
    is_shaped: bool


def tax_numbers(paper: Paper) -> list[TaxNumber]:
    """Labelled as such, or written the way a country writes them."""
    return [number for row in paper.rows for number in _tax_numbers(row)]


def _tax_numbers(row: Row) -> Iterator[TaxNumber]:
    said = labels(row.text, "NUMBERS")
    shaped = list(_TAX.finditer(row.text.upper()))
    for match in shaped:
        before = [label.kind for label in said if label.start <= match.start()]
        yield TaxNumber(_squeezed(match[0]), row.span(*match.span()), row, "customer" in before, True)
    if shaped:
        return
    for label in said:
        if label.kind != "tax_id":
            continue
        lead = _TAX_LEAD.match(row.text, label.end)
        at = lead.end() if lead else label.end
        value = _TAX_VALUE.match(row.text.replace("\t", " "), at)
        if value and sum(letter.isdigit() for letter in value[0]) >= 7:
            customers = any(other.kind == "customer" and other.start <= label.start for other in said)
            yield TaxNumber(_squeezed(value[0]), row.span(*value.span()), row, customers, False)


def _squeezed(number: str) -> str:
    return re.sub(r"[\s.]", "", number).upper()
