"""The writers of Invoice rows and of the columns by which lists are searched."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django_app.invoices.models import Invoice, InvoicePage
from django_app.invoices.values import effective, plain
from django_app.jobs.items import JobItem
from django_app.pages.models import Page

LARGEST = Decimal(10) ** 16  # what the column holds


def add(
    item: JobItem, found: Iterable[Mapping[str, Any]], pages: list[Page], *, digest: str, fingerprints: Iterable[str]
) -> list[Invoice]:
    """The invoices of one file, whose pages are `pages`; each with its fingerprint."""
    invoices = [begun(item, read, digest, fingerprint) for read, fingerprint in zip(found, fingerprints, strict=True)]
    Invoice.objects.bulk_create(invoices)
    InvoicePage.objects.bulk_create(
        InvoicePage(invoice=invoice, page=pages[number - 1], number=number)
        for invoice in invoices
        for number in numbers(invoice.read, len(pages))
    )
    return invoices


def begun(item: JobItem, read: Mapping[str, Any], digest: str, fingerprint: str) -> Invoice:
    invoice = Invoice(
        project=item.job.project, job=item.job, item=item, name=item.name, digest=digest, fingerprint=fingerprint
    )
    invoice.read = dict(read)
    index(invoice, effective(read, ()))
    return invoice


def numbers(read: Mapping[str, Any], count: int) -> range:
    """The pages of an invoice, from 1 within a file of `count` pages."""
    first, last = read["pages"]
    return range(max(1, first), min(last, count) + 1)


def replace(invoice: Invoice, found: Sequence[Mapping[str, Any]]) -> None:
    """The reading by the one of a file's new ones that lies on its pages; the version goes on, as somebody may be
    looking at the old one."""
    first, last = invoice.read["pages"]

    def shared(read: Mapping[str, Any]) -> int:
        return int(min(last, read["pages"][1]) - max(first, read["pages"][0]))

    nearest: Mapping[str, Any] = sorted(found, key=shared)[-1]
    invoice.read = {**nearest, "pages": [first, last]}
    invoice.version += 1
    invoice.save(update_fields=["read", "version"])
    refresh(invoice)


def refresh(invoice: Invoice) -> None:
    """To be called in the transaction that changed its reading or its corrections."""
    index(invoice, effective(invoice.read, invoice.corrections.order_by("id").values_list("field", "value")))
    invoice.save(update_fields=Invoice.INDEXED)


def index(invoice: Invoice, values: Mapping[str, Any]) -> None:
    invoice.vendor = plain(values, "vendor")[:200]
    invoice.number = plain(values, "invoice_number")[:100]
    invoice.currency = plain(values, "currency")[:3]
    invoice.date = day(plain(values, "date"))
    invoice.total = amount(plain(values, "total"))


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def amount(text: str) -> Decimal | None:
    """None for what is no number that a column could hold."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < LARGEST else None
