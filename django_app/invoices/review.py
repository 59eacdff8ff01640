"""What people do to an invoice: correct, confirm, take back, export, delete; the
first three only on the version that they saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from django_app.invoices import checking, rows
from django_app.invoices.models import Correction, Invoice, InvoicePage, State
from django_app.pages.models import Page
from django_app.pages.removal import remove_page
from django_app.users.models import User


class Overtaken(Exception):
    """Somebody else has changed the invoice since; `invoice` is as it is now."""

    def __init__(self, invoice: Invoice, seen: int) -> None:
        super().__init__(f"invoice {invoice.pk} is at version {invoice.version}, not {seen}")
        self.invoice = invoice
        self.seen = seen


class Settled(Exception):
    """A confirmed invoice is not corrected; its confirmation has to be taken back before."""


def correct(invoice: Invoice, seen: int, values: Mapping[str, str], by: User) -> Invoice:
    """`values`: by paths such as "total" and "line_items.2.amount". Raises Overtaken, Settled."""

    def change(now: Invoice) -> None:
        if now.state != State.REVIEW:
            raise Settled
        Correction.objects.bulk_create(
            Correction(invoice=now, field=field, value=value, version=now.version, by=by)
            for field, value in values.items()
        )
        rows.refresh(now)
        checking.changed(now.project_id)
        transaction.on_commit(lambda: checking.ring(now.project_id), robust=True)

    return changed(invoice, seen, change)


def confirm(invoice: Invoice, seen: int, by: User) -> Invoice:
    """Raises Overtaken. What is confirmed already stays somebody's."""

    def change(now: Invoice) -> None:
        if now.state == State.REVIEW:
            Invoice.objects.filter(pk=now.pk).update(state=State.CONFIRMED, confirmed_by=by, confirmed_at=Now())

    return changed(invoice, seen, change)


def take_back(invoice: Invoice, seen: int) -> Invoice:
    """To be reviewed again. Raises Overtaken."""

    def change(now: Invoice) -> None:
        Invoice.objects.filter(pk=now.pk).update(state=State.REVIEW, confirmed_by=None, confirmed_at=None)

    return changed(invoice, seen, change)


def changed(invoice: Invoice, seen: int, change: Callable[[Invoice], None]) -> Invoice:
    """The invoice, one version on."""
    with transaction.atomic():
        if not Invoice.objects.filter(pk=invoice.pk, version=seen).update(version=F("version") + 1):
            raise Overtaken(Invoice.objects.get(pk=invoice.pk), seen)
        change(Invoice.objects.get(pk=invoice.pk))
    return Invoice.objects.get(pk=invoice.pk)


@transaction.atomic
def remove(invoice: Invoice) -> None:
    """With its pages, unless another invoice stands on them too. Raises Settled for a confirmed one."""
    if not Invoice.objects.filter(pk=invoice.pk, state=State.REVIEW).exists():
        raise Settled
    others = InvoicePage.objects.exclude(invoice=invoice).values("page")
    pages = list(Page.objects.filter(invoice_pages__invoice=invoice).exclude(pk__in=others))
    Invoice.objects.filter(pk=invoice.pk).delete()
    for page in pages:
        remove_page(page)
    checking.changed(invoice.project_id)
    transaction.on_commit(lambda: checking.ring(invoice.project_id), robust=True)


def mark_exported(invoices: QuerySet[Invoice]) -> int:
    """The confirmed ones among them; how many these are."""
    confirmed = Invoice.objects.filter(pk__in=invoices.values("pk"), state=State.CONFIRMED)
    return confirmed.update(state=State.EXPORTED, version=F("version") + 1)


def changes_since(invoice: Invoice, version: int) -> Iterable[Mapping[str, Any]]:
    """What others corrected since somebody saw `version`."""
    later = invoice.corrections.filter(version__gt=version).select_related("by")
    return [
        {"field": each.field, "value": each.value, "by": each.by.username if each.by else None, "at": each.at}
        for each in later
    ]
