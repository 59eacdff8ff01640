"""The date of an invoice, when it is due, and the time on a receipt."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_app.services.invoice import dates
from fastapi_app.services.invoice.labels import kinds, labels
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate
from fastapi_app.services.invoice.rows import Row, Span

HEADER_ROWS = 2
PROSE = 9  # words of a row without gaps
_UNTIL = ("bis", "to", "until", "au", "עד", "hingga")
_TO_AN_END = re.compile(rf"\s*(?:[-–]\s*\d|(?:{'|'.join(_UNTIL)})(?!\w))", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Day:
    """A date on the page; `kind` of its label: date, due_date, other_date or "".

    `beside`: what else is named before it in its row; `is_start`, `is_end`: of a period.
    """

    dated: dates.Dated
    row: Row
    at: int
    span: Span
    kind: str
    distance: int
    is_below: bool
    beside: frozenset[str]
    is_start: bool
    is_end: bool
    is_bracketed: bool


def days(paper: Paper) -> list[Day]:
    return [day for at, row in enumerate(paper.rows) for day in _in_row(paper, row, at)]


def _in_row(paper: Paper, row: Row, at: int) -> Iterator[Day]:
    before = 0
    for dated in sorted(dates.find(row.text, month_first=paper.month_first), key=lambda each: each.start):
        span = row.span(dated.start, dated.end)
        said = [label for label in labels(row.text[: dated.start], "DATES") if label.start >= before]
        over = [] if said else paper.said_above(row, span.box, HEADER_ROWS, "DATES")
        distance = dated.start - said[-1].end if said else 0
        lead = row.text[before : dated.start]
        is_end = before > 0 and lead.strip(" -–\t") in ("", *_UNTIL)
        is_start = bool(_TO_AN_END.match(row.text[dated.end :]))
        kind = "period" if is_end else said[-1].kind if said else (over[0] if over else "")
        is_bracketed = lead.endswith("(")
        beside = kinds(lead, "DATES") | kinds(lead, "NUMBERS")
        before = dated.end
        yield Day(dated, row, at, span, kind, distance, bool(over), beside, is_start, is_end, is_bracketed)


def candidates(paper: Paper, found: list[Day]) -> list[Candidate]:
    """For the date of the invoice, and for the date on which it is due."""
    newest = max((day.dated.value for day in found), default=None)
    is_said = any(day.kind == "date" and not day.is_below for day in found)
    return [
        Candidate(
            day.dated.value.isoformat(),
            day.span,
            {
                f"{'below ' if day.is_below else ''}kind {day.kind}": 1.0,
                f"shape {day.dated.shape}": 1.0,
                **{f"beside {kind}": 1.0 for kind in day.beside},
                "start": float(day.is_start),
                "end": float(day.is_end),
                "prose": float(len(day.row.cells) == 1 and len(day.row.words) > PROSE),
                "large": max(-1.0, min(1.0, day.row.height / paper.height - 1)),
                "rival": float(is_said and not (day.kind == "date" and not day.is_below)),
                "bracket": float(day.is_bracketed),
                "first": float(number == 0),
                "depth": paper.depth(day.row),
                "time": float(dates.time_of_day(day.row.text) is not None),
                "newest": float(day.dated.value == newest),
                "first page": float(day.row.page == 1),
            },
        )
        for number, day in enumerate(found)
    ]


def time(paper: Paper, date_: Span | None) -> tuple[str, Span] | None:
    """HH:MM, in the row of the date or else anywhere."""
    rows = sorted(paper.rows, key=lambda row: not (date_ and set(date_.words) <= set(row.words)))
    for row in rows:
        found = dates.time_of_day(row.text)
        if found:
            return found[0], row.span(found[1], found[2])
    return None
