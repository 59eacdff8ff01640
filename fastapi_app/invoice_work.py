"""What the worker asks of a child about invoices: plain values in, plain values out, as in `job_work`."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fastapi_app.services.invoice.anomalies import find
from fastapi_app.services.invoice.findings import Entry
from fastapi_app.services.invoice.issues import Issue
from fastapi_app.services.invoice.models import Invoice
from fastapi_app.services.invoice.read import MOST_PAGES, Progress, Reading, read
from fastapi_app.services.invoice.validate import is_valid, validate_all
from fastapi_app.services.raster import Limits
from fastapi_app.services.recipe import Recipe

Messages = Generator[tuple[dict[str, Any], bytes], None, None]


def read_invoices(
    path: str,
    languages: list[str],
    recipe: dict[str, Any] | None = None,
    most_pages: int = MOST_PAGES,
    *,
    limits: Limits,
) -> Messages:
    """The invoices of a file: percentages, then format, frames, invoices, a layout (or null) for every page, and a
    fingerprint for every invoice. `recipe`: how pages are prepared for recognition, instead of by a look at them."""
    given = None if recipe is None else Recipe.parse(recipe)
    data = Path(path).read_bytes()
    for event in read(data, languages, limits=limits, recipe=given, most_pages=most_pages):
        if isinstance(event, Progress):
            yield {"percent": event.percent, "page": event.page, "pages": event.pages}, b""
        else:
            yield _facts(event), b""


def _facts(found: Reading) -> dict[str, Any]:
    return {
        "format": found.file.format,
        "frames": [{"width": each.width, "height": each.height, "dpi": each.dpi} for each in found.file.frames],
        "invoices": [invoice.model_dump(mode="json") for invoice in found.invoices],
        "layouts": [page and page.model_dump(mode="json") for page in found.pages],
        "fingerprints": found.fingerprints,
    }


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


def find_anomalies(entries: list[dict[str, Any]], dismissed: Sequence[str] = (), *, limits: Limits) -> Messages:
    """What stands out among the invoices of a project. `entries`: dumps of findings.Entry in the order in which they
    came; `dismissed`: keys of what people said is nothing."""
    found = find([Entry.model_validate(entry) for entry in entries], dismissed)
    yield {"anomalies": [anomaly.model_dump(mode="json") for anomaly in found]}, b""


WORKS: dict[str, Callable[..., Messages]] = {
    "read_invoices": read_invoices,
    "check_invoices": check_invoices,
    "find_anomalies": find_anomalies,
}
