"""What the worker asks of a child about invoices: plain values in, plain values out, as in `job_work`."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from datetime import date
from typing import Any

from fastapi_app.services.invoice.issues import Issue
from fastapi_app.services.invoice.models import Invoice
from fastapi_app.services.invoice.validate import is_valid, validate_all
from fastapi_app.services.raster import Limits

Messages = Generator[tuple[dict[str, Any], bytes], None, None]


def check_invoices(invoices: list[dict[str, Any]], today: str, *, limits: Limits) -> Messages:
    """Issues of every invoice among the others, in order. `invoices`: {"file": what people call it, "invoice": a dump
    of models.Invoice, its values those of a person where there are any}; `today`: an ISO day."""
    named = [(each["file"], Invoice.model_validate(each["invoice"])) for each in invoices]
    found = validate_all(named, today=date.fromisoformat(today))
    told = [
        {"file": name, "valid": is_valid(issues), "issues": [issue.model_dump() for issue in issues]}
        for (name, _), issues in zip(named, found, strict=True)
    ]
    yield {"invoices": told, "summary": summary(found)}, b""


def summary(found: Sequence[Sequence[Issue]]) -> dict[str, Any]:
    """How many invoices, how many of them valid, and issues by severity and by code, the most frequent first."""
    issues = [issue for each in found for issue in each]
    severities = Counter(issue.severity for issue in issues)
    return {
        "invoices": len(found),
        "valid": sum(map(is_valid, found)),
        "errors": severities["error"],
        "warnings": severities["warning"],
        "infos": severities["info"],
        "codes": dict(Counter(issue.code for issue in issues).most_common()),
    }


WORKS: dict[str, Callable[..., Messages]] = {"check_invoices": check_invoices}
