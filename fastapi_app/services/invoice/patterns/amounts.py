"""Totals unlike a vendor's others, on a logarithmic scale: a slipped decimal point is as far up as down."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from fastapi_app.services.invoice.findings import Anomaly, anomaly
from fastapi_app.services.invoice.patterns.ledger import Ledger, Row, Vendor
from fastapi_app.services.invoice.patterns.spread import certainty, far, shrunk, spread

LEAST_OTHERS = 5
USUAL_SPREAD = 0.35  # of log totals, where a project has too few vendors to say
LEAST_SPREAD = 0.12  # prices rise, months differ
LEAST_FACTOR = 1.8  # less is not worth a look
LEAST_VENDORS = 5
ONE_BY_ONE = 60  # rows up to which each is left out of its own statistics; beyond, one changes nothing


def find(ledger: Ledger) -> Iterator[Anomaly]:
    groups = [(vendor, rows) for vendor in ledger.vendors for rows in _by_currency(vendor) if len(rows) > LEAST_OTHERS]
    prior = _usual_spread([rows for _, rows in groups])
    for vendor, rows in groups:
        yield from _unusual(vendor, rows, prior)


def _by_currency(vendor: Vendor) -> list[list[Row]]:
    rows = defaultdict(list)
    for row in vendor.rows:
        if row.total is not None and row.total > 0:
            rows[row.text("currency")].append(row)
    return list(rows.values())


def _usual_spread(groups: Sequence[Sequence[Row]]) -> float:
    spreads = [spread(_logs(rows)) for rows in groups]
    return median(spreads) if len(spreads) >= LEAST_VENDORS else USUAL_SPREAD


def _logs(rows: Sequence[Row]) -> list[float]:
    return [math.log(row.total) for row in rows if row.total is not None]


def _unusual(vendor: Vendor, rows: Sequence[Row], prior: float) -> Iterator[Anomaly]:
    logs = np.array(_logs(rows))
    whole = float(np.median(logs)), spread(logs)
    limit = far(len(rows) - 1)
    for place, row in enumerate(rows):
        middle, sigma = whole if len(rows) > ONE_BY_ONE else _without(logs, place)
        usual = max(shrunk(sigma, len(rows) - 1, prior), LEAST_SPREAD)
        away = abs(logs[place] - middle)
        if away > math.log(LEAST_FACTOR) and away / usual > limit:
            score = certainty(away / usual, limit)
            yield _told(vendor, row, [each for each in rows if each is not row], math.exp(logs[place] - middle), score)


def _without(logs: NDArray[np.float64], place: int) -> tuple[float, float]:
    others = np.delete(logs, place)
    return float(np.median(others)), spread(others)


def _told(vendor: Vendor, row: Row, others: Sequence[Row], times: float, score: float) -> Anomaly:
    totals = sorted(other.total for other in others if other.total is not None)
    total = row.say(row.total or totals[0])
    return anomaly(
        "unusual_amount",
        f"{row.id}:{row.text('total')}",
        (row.entry,),
        score,
        total=total,
        times=f"{times:.1f}" if times >= 1 else f"{times:.2g}",
        vendor=vendor.name,
        count=len(others),
        least=row.say(totals[0]),
        most=row.say(totals[-1]),
    )
