"""Several small oddities at once, which no single rule would tell: an isolation forest (Liu, Ting, Zhou 2008).

Every feature is how far an invoice is from its vendor's habit, in standard deviations, so what the forest sets apart
can be said in words again.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastapi_app.services.invoice.findings import Anomaly, Id, anomaly
from fastapi_app.services.invoice.patterns.ledger import Ledger, Row
from fastapi_app.services.invoice.patterns.spread import certainty, mad, shrunk, spread

LEAST_INVOICES = 60
LEAST_OF_VENDOR = 6  # with fewer, nobody knows its habit
TREES, SEED = 200, 7
NOTICEABLE = 2.0  # standard deviations from which a feature is named
FARTHEST = 8.0  # more makes no difference
SEVERAL = 2
APART = 4.0  # standard deviations of the forest's scores
MISSING_COUNTED = ("invoice_number", "vendor_tax_id", "vendor_address", "iban", "due_date", "subtotal")

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """`least`: a deviation smaller than this is nothing. `says` has places for the value and the usual one."""

    name: str
    least: float
    says: str


FEATURES = (
    Feature("total", 0.12, "a total {times:.1f} times the usual one"),
    Feature("term", 2.0, "due after {value:.0f} days rather than {usual:.0f}"),
    Feature("rate", 0.5, "{value:.1f} % of tax rather than {usual:.1f} %"),
    Feature("hour", 1.5, "at {value:.0f} o’clock rather than {usual:.0f}"),
    Feature("interval", 3.0, "{value:.0f} days after the one before rather than {usual:.0f}"),
    Feature("missing", 1.0, "{value:.0f} fields missing rather than {usual:.0f}"),
)


def find(ledger: Ledger, besides: Collection[Id]) -> Iterator[Anomaly]:
    """Nothing about entries that are already told of (`besides`), or in a project too small to learn from."""
    groups = [vendor.rows for vendor in ledger.vendors if len(vendor.rows) >= LEAST_OF_VENDOR]
    rows = [row for group in groups for row in group]
    if len(rows) < LEAST_INVOICES:
        return
    values = [_values(group) for group in groups]
    usual = [_usual(each) for each in values]
    away = _deviations([of - middle for of, middle in zip(values, usual, strict=True)])
    apart = _apart(away)
    all_values, all_usual = np.vstack(values), np.vstack(usual)
    several = np.count_nonzero(np.abs(away) >= NOTICEABLE, axis=1) >= SEVERAL
    for place in np.flatnonzero((apart > APART) & several).tolist():
        if rows[place].entry.id not in besides:
            yield _told(rows[place], all_values[place], all_usual[place], away[place], apart[place])


def _values(rows: Sequence[Row]) -> Matrix:
    """A row of FEATURES for each, NaN where unknown; `rows` by date."""
    days = [row.day for row in rows]
    intervals = [
        (day - last).days if day and last else math.nan for last, day in zip([None, *days], days, strict=False)
    ]
    return np.array([[*_own(row), interval, _missing(row)] for row, interval in zip(rows, intervals, strict=True)])


def _own(row: Row) -> tuple[float, float, float, float]:
    return (
        math.log(row.total) if row.total is not None and row.total > 0 else math.nan,
        (row.due - row.day).days if row.due and row.day else math.nan,
        row.rate if row.rate is not None else math.nan,
        row.minutes / 60 if row.minutes is not None else math.nan,
    )


def _missing(row: Row) -> float:
    return float(sum(not row.text(name) for name in MISSING_COUNTED))


def _usual(values: Matrix) -> Matrix:
    """The vendor's median of every feature, once for each row."""
    known = np.where(np.isnan(values).all(axis=0), 0.0, values)
    return np.tile(np.nanmedian(known, axis=0), (len(values), 1))


def _deviations(differences: Sequence[Matrix]) -> Matrix:
    """In standard deviations of the vendor, for few invoices rather of all; what is unknown deviates by nothing."""
    of_all = _spreads(np.vstack(differences))
    scaled = [each / _mixed(_spreads(each), of_all, len(each)) for each in differences]
    return np.clip(np.nan_to_num(np.vstack(scaled), nan=0.0), -FARTHEST, FARTHEST)


def _mixed(own: Matrix, of_all: Matrix, count: int) -> Matrix:
    return np.array(
        [
            max(shrunk(one, count, prior), feature.least)
            for one, prior, feature in zip(own, of_all, FEATURES, strict=True)
        ]
    )


def _spreads(differences: Matrix) -> Matrix:
    known = [column[~np.isnan(column)] for column in differences.T]
    return np.array([spread(column) if column.size else 0.0 for column in known])


def _apart(away: Matrix) -> NDArray[np.float64]:
    """How far from the crowd of the forest's scores, in robust standard deviations."""
    from sklearn.ensemble import IsolationForest  # a second of imports that few projects need

    forest = IsolationForest(n_estimators=TREES, random_state=SEED).fit(away)
    scores = -forest.score_samples(away)
    middle, sigma = mad(scores)
    return np.asarray((scores - middle) / max(sigma, 1e-9))


def _told(row: Row, values: Matrix, usual: Matrix, away: Matrix, apart: float) -> Anomaly:
    places = [place for place in np.argsort(-np.abs(away)).tolist() if abs(away[place]) >= NOTICEABLE]
    reasons = [_reason(FEATURES[place], float(values[place]), float(usual[place])) for place in places]
    told = {FEATURES[place].name: round(float(away[place]), 1) for place in places}
    subject = f"{row.id}:{'+'.join(sorted(told))}"
    score = certainty(apart, APART)
    return anomaly("unusual_combination", subject, (row.entry,), score, reasons="; ".join(reasons), deviations=told)


def _reason(feature: Feature, value: float, usual: float) -> str:
    return feature.says.format(value=value, usual=usual, times=math.exp(min(value - usual, 50.0)))
