"""Anomalies planted in projects of invented vendors: how many are found, how much is right, and the time."""

import time
from collections import Counter
from collections.abc import Sequence

from bench.tables import Options, Table
from fastapi_app.services.invoice.anomalies import find
from fastapi_app.services.invoice.findings import Anomaly, Entry
from samples.ledgers import Bill, Planted, ledger

SEEDS = range(1, 11)
SIZE = 600
LARGE = 5000
NOTES = (
    f"{len(SEEDS)} projects of about {SIZE} invoices. found: of those planted; right: of those told. Only the kinds of",
    "duplicates count for one another. Seconds are of one core; the first search loads the model's library.",
)


def run(options: Options) -> Table:
    """Drawn from seeds; a folder of pages makes no difference."""
    counts: Counter[tuple[str, str]] = Counter()
    seconds = []
    for seed in SEEDS:
        project = ledger(seed, SIZE)
        start = time.process_time()
        told = find(entries(project.bills))
        seconds.append(time.process_time() - start)
        counts += judged(project.planted, told)
    large = entries(ledger(99, LARGE).bills)
    start = time.process_time()
    find(large)
    took = time.process_time() - start
    return Table(
        ("kind", "planted", "found", "told", "right"),
        rows(counts),
        (*NOTES, f"{SIZE} invoices: {max(seconds):.2f} s at most; {len(large)} invoices: {took:.2f} s"),
    )


def entries(bills: Sequence[Bill]) -> list[Entry]:
    return [Entry(id=bill.id, file=bill.file, values=bill.values, fingerprint=bill.fingerprint) for bill in bills]


def judged(planted: Sequence[Planted], told: Sequence[Anomaly]) -> Counter[tuple[str, str]]:
    """By family: how many were planted and found, told and right."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in planted:
        counts[each.code, "planted"] += 1
        counts[each.code, "found"] += any(_is(each, anomaly) for anomaly in told)
    for anomaly in told:
        counts[anomaly.code, "told"] += 1
        counts[anomaly.code, "right"] += any(_is(each, anomaly) for each in planted)
    return counts


def _is(planted: Planted, anomaly: Anomaly) -> bool:
    return family(planted.code) == family(anomaly.code) and bool(planted.ids & set(anomaly.ids))


def family(code: str) -> str:
    return "duplicate" if code.startswith("duplicate_") else code


def rows(counts: Counter[tuple[str, str]]) -> list[tuple[str, int, str, int, str]]:
    codes = sorted({code for code, _ in counts})
    lines = [(code, *(counts[code, what] for what in ("planted", "found", "told", "right"))) for code in codes]
    overall = ("all", *(sum(column) for column in list(zip(*lines, strict=True))[1:]))
    return [
        (code, planted, _share(found, planted), told, _share(right, told))
        for code, planted, found, told, right in (*lines, overall)
    ]


def _share(part: int, of: int) -> str:
    return f"{part / of:.2f}" if of else ""
