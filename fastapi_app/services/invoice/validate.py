"""What is wrong with an invoice, in sentences for a clerk. The codes are described in `issues` and docs/invoices.md."""

from collections.abc import Sequence
from datetime import date

from fastapi_app.services.invoice.checks import dates, numbers, presence, reading, sums, tax
from fastapi_app.services.invoice.checks.batch import Batch, Named
from fastapi_app.services.invoice.facts import Facts
from fastapi_app.services.invoice.issues import Issue
from fastapi_app.services.invoice.models import Invoice

CHECKS = (presence.check, reading.check, sums.check, tax.check, dates.check, numbers.check)
ORDER = {"error": 0, "warning": 1, "info": 2}


def validate(invoice: Invoice, *, today: date, others: Sequence[Named] = ()) -> tuple[Issue, ...]:
    """Errors first. `others`: the rest of the batch, with names, for duplicates; never raises, whatever the values."""
    named = [(name, Facts.of(other, today)) for name, other in others]
    return _issues(Facts.of(invoice, today), Batch(named))


def validate_all(invoices: Sequence[Named], *, today: date) -> tuple[tuple[Issue, ...], ...]:
    """Each among the others of the batch, in their order."""
    facts = [(name, Facts.of(invoice, today)) for name, invoice in invoices]
    batch = Batch(facts)
    return tuple(_issues(each, batch) for _, each in facts)


def is_valid(issues: Sequence[Issue]) -> bool:
    """Warnings are for people to look at; errors are what has to change."""
    return all(issue.severity != "error" for issue in issues)


def _issues(facts: Facts, batch: Batch) -> tuple[Issue, ...]:
    found = [issue for check in (*CHECKS, batch.check) for issue in check(facts)]
    return tuple(sorted(found, key=lambda issue: ORDER[issue.severity]))
