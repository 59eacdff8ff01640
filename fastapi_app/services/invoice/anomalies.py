"""What stands out among the invoices of a project: duplicates, and what is unlike a vendor's other invoices.

Each kind is a module of `patterns`, with the statistics it trusts; where many invoices are known, a learned model is
asked as well. The codes are described in `findings` and docs/invoices.md.
"""

from collections.abc import Collection, Sequence

from fastapi_app.services.invoice.findings import Anomaly, Entry
from fastapi_app.services.invoice.patterns import accounts, amounts, combinations, duplicates, habits, sequences
from fastapi_app.services.invoice.patterns.ledger import Ledger

KINDS = (duplicates.find, amounts.find, sequences.find, accounts.find, habits.find)


def find(entries: Sequence[Entry], dismissed: Collection[str] = ()) -> tuple[Anomaly, ...]:
    """The likeliest first. `dismissed`: keys of what people said is none; a key stays what it is when others come.

    The order of `entries` is that in which they came to the project.
    """
    ledger = Ledger.of(entries)
    found = [anomaly for kind in KINDS for anomaly in kind(ledger)]
    told = {entry for anomaly in found for entry in anomaly.ids}
    found += combinations.find(ledger, besides=told)
    kept = (anomaly for anomaly in found if anomaly.key not in dismissed)
    return tuple(sorted(kept, key=lambda anomaly: (-anomaly.score, anomaly.key)))
