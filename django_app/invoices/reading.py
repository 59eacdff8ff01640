"""The kind of job that reads invoices: a file becomes pages of a document, their text, and invoices."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from django_app.documents.models import Document
from django_app.invoices import checking, rows
from django_app.invoices.intake import ARCHIVE, KIND
from django_app.invoices.models import Invoice, State
from django_app.jobs import files
from django_app.jobs.errors import JobError
from django_app.jobs.items import JobItem
from django_app.jobs.kinds import Engine, Save, kind, page_of
from django_app.jobs.models import Job
from django_app.jobs.params import ReadParams, check_nul, check_recipe
from django_app.jobs.states import State as ItemState
from django_app.pages import versions
from django_app.pages.models import Page
from django_app.pages.upload import EXTENSIONS, frame_names, page_name
from django_app.texts import store
from django_app.texts.languages import USUAL

AGAIN = "invoice-again"


class InvoiceParams(ReadParams):
    """Which languages may stand on them."""


@kind(KIND, InvoiceParams, is_public=False, ending=lambda job: checking.ring(job.project_id))
def read(item: JobItem, engine: Engine) -> Save:
    """Reads one file, or one file of an archive."""
    if not item.source:  # refused at the door, or tried again after a day
        raise JobError("file_missing", _("This file is not kept any more. Upload it again."))
    source = files.local(item.source)
    is_archived = item.source.endswith(ARCHIVE)
    if is_archived:
        image, content = engine.unpack(source, item.name)
        source = files.local(files.write(item, "originals", extension(image["format"]), content))
    digest = digest_of(source)
    if twin := first_of(item, digest):
        return lambda: done_again(item, twin)
    facts = engine.read_invoices(source, item.job.params["languages"])
    key = item.file if is_archived else copied(item, source, facts["format"])
    return lambda: saved(item, key, digest, facts)


def languages(invoice: Invoice) -> list[str]:
    """What it was read in last; the usual ones when nobody knows any more."""
    again = Job.objects.filter(kind=AGAIN, project=invoice.project_id, params__invoice=invoice.pk)
    job = again.filter(items__state=ItemState.DONE).order_by("-pk").first() or invoice.job
    return list((job.params.get("languages") if job else None) or USUAL)


def extension(form: str) -> str:
    return EXTENSIONS.get(form, form)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(item: JobItem, source: Path, form: str) -> str:
    """The key of the upload under its own ending: the item can be tried again from the first one until it is done."""
    with source.open("rb") as file:
        return files.write(item, "originals", extension(form), File(file))


def first_of(item: JobItem, digest: str) -> Invoice | None:
    """An invoice of the same job with the very same bytes."""
    return Invoice.objects.filter(job=item.job_id, digest=digest).exclude(item=item.pk).first()


def done_again(item: JobItem, twin: Invoice) -> str:
    """The file was uploaded twice: this item is done, and says of which it is the double."""
    item.note("duplicate", _("The same file as %(name)s; it was read once.") % {"name": twin.name})
    item.drop_file()
    forget_source(item)
    return address(item)


def saved(item: JobItem, key: str, digest: str, facts: dict[str, Any]) -> str:
    document = Document.objects.select_for_update().filter(pk=item.job.document_id or 0).first()
    if document is None:
        raise JobError("document_deleted", _("The document was deleted."))
    if twin := first_of(item, digest):  # while this one was being read
        return done_again(item, twin)
    pages = add_pages(document, item, key, facts)
    rows.add(item, facts["invoices"], pages, digest=digest, fingerprints=facts["fingerprints"])
    checking.changed(item.job.project_id)
    item.becomes(pages[0])
    forget_source(item)
    return address(item)


def add_pages(document: Document, item: JobItem, key: str, facts: dict[str, Any]) -> list[Page]:
    """The file's pages at the end of the document, each with what was read on it."""
    by, names = item.job.created_by, frame_names(page_name(item.name), len(facts["frames"]))
    pages = [
        versions.add_original(document, key=key, frame=number, format=facts["format"], **frame, by=by, name=name)
        for number, (frame, name) in enumerate(zip(facts["frames"], names, strict=True))
    ]
    for page, layout in zip(pages, facts["layouts"], strict=True):
        if layout is not None:  # a page that could not be read, among others that could
            store.add_layer(page, layout, version=page.original, by=by)
    return pages


class AgainParams(InvoiceParams):
    """And how the page is prepared, instead of as it needs it."""

    recipe = serializers.JSONField(required=False, allow_null=True, default=None, validators=[check_recipe, check_nul])


@kind(AGAIN, AgainParams, is_public=False, ending=lambda job: checking.ring(job.project_id))
def read_again(item: JobItem, engine: Engine) -> Save:
    """One invoice, from its file as it was uploaded: a new reading, beside which the corrections stay."""
    page, params = page_of(item), item.job.params
    facts = engine.read_invoices(files.local(page.original.key), params["languages"], params.get("recipe"))
    return lambda: replaced(item, params["invoice"], facts)


def replaced(item: JobItem, invoice_id: int, facts: dict[str, Any]) -> str:
    invoice = Invoice.objects.select_for_update().filter(pk=invoice_id).first()
    if invoice is None:
        raise JobError("invoice_deleted", _("The invoice was deleted."))
    if invoice.state != State.REVIEW:
        raise JobError("confirmed", _("The invoice was confirmed in the meantime."))
    rows.replace(invoice, facts["invoices"])
    checking.changed(invoice.project_id)
    for row in invoice.pages.select_related("page"):
        if layout := facts["layouts"][row.number - 1]:
            store.add_layer(row.page, layout, version=row.page.original, by=item.job.created_by)
    return reverse("api:invoice", args=[invoice.project_id, invoice.pk])


def forget_source(item: JobItem) -> None:
    if not item.source.endswith(ARCHIVE):  # an archive serves the other items too
        item.use_up()


def address(item: JobItem) -> str:
    return reverse("api:ocr-status", args=[item.job.project_id, item.job_id])
