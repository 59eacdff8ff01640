"""A vendor that suddenly wants its money on another account: a misreading, a change, or fraud."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from stdnum import iban

from fastapi_app.services.invoice.findings import Anomaly, anomaly
from fastapi_app.services.invoice.patterns.ledger import Ledger, Row, Vendor

LEAST_BEFORE = 3
AGREED = 0.75  # of the invoices before, on one account


def find(ledger: Ledger) -> Iterator[Anomaly]:
    for vendor in ledger.vendors:
        yield from _changes(vendor)


def _changes(vendor: Vendor) -> Iterator[Anomaly]:
    """By date; only accounts whose check digits are right, as others were misread."""
    before: Counter[str] = Counter()
    users = defaultdict(list)
    fresh = {}
    for row in vendor.rows:
        account = iban.compact(row.text("iban"))
        if not iban.is_valid(account):
            continue
        users[account].append(row)
        if account not in before and before and _is_habit(before):
            fresh[account] = before.most_common(1)[0]
        before[account] += 1
    for account, (usual, count) in fresh.items():
        yield _told(vendor, users[account], account, usual, count)


def _is_habit(before: Counter[str]) -> bool:
    most = before.most_common(1)[0][1]
    return most >= LEAST_BEFORE and most >= AGREED * before.total()


def _told(vendor: Vendor, rows: list[Row], account: str, usual: str, count: int) -> Anomaly:
    """One for the account, with all invoices that name it."""
    return anomaly(
        "new_iban",
        f"{rows[0].id}:{account}",
        tuple(row.entry for row in rows),
        1 - 0.5 / count,
        vendor=vendor.name,
        iban=account,
        usual=usual,
        count=count,
    )
