"""Invoices from upload to findings: the task bodies on drawn pages, with the real engine."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_app.documents.models import Document
from django_app.invoices import intake
from django_app.invoices.models import Correction, Invoice
from django_app.jobs import check
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages.models import Page
from django_app.texts import store
from samples import draw, printed
from tests.jobs.conftest import deliver, encoded, photographed

pytestmark = pytest.mark.django_db

LINES = ("ACME Paper Ltd", "Invoice No. 2024-117", "Invoice date: 14 March 2024", "Paper 250.00", "Total EUR 1,170.00")

Begin = Callable[..., Job]


def pdf(*pages: tuple[str, ...]) -> bytes:
    return printed.pdf([printed.lines(*page) for page in pages or (LINES,)])


def numbered(number: str, total: str = "1,170.00") -> tuple[str, ...]:
    return ("ACME Paper Ltd", f"Invoice No. {number}", "Invoice date: 14 March 2024", f"Total EUR {total}")


def locked() -> bytes:
    """A PDF with a password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


def with_nul() -> bytes:
    """The letter A of its font stands for U+0000."""
    cmap = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <41> <0000> endbfchar endcmap end end"""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(("AAA ltd", *LINES)))) as document:
        document.pages[0].Resources.Font.F.ToUnicode = document.make_stream(cmap)
        document.save(out)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def begin(project: Any, alice: Any, media: Path) -> Begin:
    """A job of the files, as the door of the API begins it."""

    def begin(archive: bytes | None = None, **files: bytes) -> Job:
        folder = media / "imports"
        folder.mkdir(exist_ok=True)
        items = []
        for name, content in files.items():
            key = f"imports/{uuid4().hex}{'.zip' if archive else ''}"
            (media / key).write_bytes(archive or content)
            items.append(JobItem(name=name, source=key))
        return intake.begin(project, items, alice, ["eng"])

    return begin


def done(job: Job) -> list[JobItem]:
    return [deliver(item) for item in job.items.order_by("position")]


def files(media: Path, folder: str) -> int:
    return len(list((media / folder).glob("*"))) if (media / folder).exists() else 0


def test_a_printed_pdf(begin: Begin, media: Path, alice: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        (item,) = done(begin(**{"acme.pdf": pdf()}))
    assert (item.state, item.detail) == ("done", "")
    invoice = Invoice.objects.get()
    assert (invoice.name, invoice.number, invoice.state, str(invoice.total)) == (
        "acme.pdf",
        "2024-117",
        "review",
        "1170.0000",
    )
    assert invoice.read["source"] == "text"
    assert len(invoice.fingerprint) == 16
    page = invoice.pages.get().page
    assert (page.name, page.document, item.page) == ("acme", item.job.document, page)
    layer = store.newest(page)
    assert layer is not None
    assert "ACME Paper Ltd" in store.plain(store.layout(layer))
    assert (media / page.original.key).suffix == ".pdf"
    assert (files(media, "imports"), files(media, "originals")) == (0, 1)  # what was uploaded is in one place only


def test_a_photograph(begin: Begin) -> None:
    (item,) = done(begin(photo=encoded(draw([*LINES], width=1000, height=800, size=36, margin=80))))
    assert (item.state, item.detail) == ("done", "")
    invoice = Invoice.objects.get()
    assert (invoice.number, str(invoice.date)) == ("2024-117", "2024-03-14")
    place = invoice.read["fields"]["total"]
    assert (place["page"], len(place["box"])) == (1, 4)


def test_a_stack_of_invoices_in_one_file(begin: Begin) -> None:
    job = begin(**{"stack.pdf": pdf(numbered("A-101"), numbered("A-102", "7.00"))})
    (item,) = done(job)
    assert (item.state, item.detail) == ("done", "")
    first, second = Invoice.objects.all()
    assert (first.number, second.number) == ("A-101", "A-102")
    assert [row.number for row in second.pages.all()] == [2]
    assert job.document is not None
    assert job.document.pages.count() == 2


def test_files_of_an_archive(begin: Begin, media: Path) -> None:
    archive = zipped(**{"a/1.pdf": pdf(numbered("A-101")), "2.pdf": pdf(numbered("A-102"))})
    job = begin(archive, **{"a/1.pdf": b"", "2.pdf": b""})
    assert [item.state for item in done(job)] == ["done", "done"]
    assert {invoice.number for invoice in Invoice.objects.all()} == {"A-101", "A-102"}
    assert files(media, "imports") == 2  # which the sweep takes away a day later


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ and then a program", "not_an_image"),
        (b"", "not_an_image"),
        (b"%PDF-1.7 and nothing", "unusable_image"),
        (locked(), "unusable_image"),
        (encoded(draw([], width=600, height=400)), "no_text"),
        (photographed(), "not_an_invoice"),
    ],
    ids=["program.png", "empty", "broken.pdf", "locked.pdf", "blank page", "cat"],
)
def test_what_is_no_invoice_has_its_reason_and_the_others_go_on(
    begin: Begin, media: Path, content: bytes, code: str
) -> None:
    job = begin(bad=content, good=pdf())
    bad, good = done(job)
    assert (bad.state, bad.code, good.state) == ("failed", code, "done")
    assert len(bad.detail) > 10
    assert Invoice.objects.count() == 1
    assert files(media, "originals") == 1


def test_a_renamed_file_is_what_its_bytes_are(begin: Begin, media: Path) -> None:
    (item,) = done(begin(**{"photo.jpg": pdf()}))
    assert item.state == "done"
    assert Path(Invoice.objects.get().pages.get().page.original.key).suffix == ".pdf"


@pytest.mark.parametrize("is_archived", [False, True])
def test_the_same_file_twice_is_read_once(
    begin: Begin, media: Path, is_archived: bool, django_capture_on_commit_callbacks: Any
) -> None:
    both = {"one.pdf": pdf(), "two.pdf": pdf()}
    job = begin(zipped(**both) if is_archived else None, **both)
    with django_capture_on_commit_callbacks(execute=True):
        first, second = done(job)
    assert (first.state, first.code) == ("done", "")
    assert (second.state, second.code) == ("done", "duplicate")
    assert "one.pdf" in second.detail
    assert Invoice.objects.count() == 1
    assert files(media, "originals") == 1


def test_the_same_file_in_two_hands_at_once(begin: Begin, media: Path, django_capture_on_commit_callbacks: Any) -> None:
    """Both have read it before either has written: the second to write finds the first. Its own file goes when that is
    committed, not before."""
    from django_app.invoices import reading
    from django_app.jobs import tasks

    job = begin(**{"one.pdf": pdf(), "two.pdf": pdf()})
    items = list(JobItem.objects.select_related("job__created_by").filter(job=job))
    saves = []
    for item in items:
        item.claim("a")
        saves.append(reading.read(item, tasks.Services(tasks.beat_of(item))))
    with django_capture_on_commit_callbacks(execute=True):
        for item, save in zip(items, saves, strict=True):
            tasks.save(item, save)
        assert files(media, "originals") == 2
    assert JobItem.objects.get(pk=items[1].pk).file == ""
    assert [JobItem.objects.get(pk=item.pk).code for item in items] == ["", "duplicate"]
    assert Invoice.objects.count() == 1
    assert files(media, "originals") == 1


def test_the_same_file_in_another_task_is_read_again(begin: Begin) -> None:
    done(begin(one=pdf()))
    done(begin(two=pdf()))
    assert Invoice.objects.count() == 2


def test_what_has_lost_its_file_is_tried_in_vain(begin: Begin) -> None:
    job = begin(one=pdf())
    job.items.update(state="failed", attempts=1, code="internal", source="")
    assert job.retry() == 1
    (item,) = done(job)
    assert (item.state, item.code) == ("failed", "file_missing")


def test_delivered_twice(begin: Begin) -> None:
    job = begin(one=pdf())
    item = job.items.get()
    deliver(item)
    deliver(item)
    assert Invoice.objects.count() == Page.objects.count() == 1


def test_characters_that_no_database_keeps(begin: Begin) -> None:
    """A font that says of a letter that it is no character: its text layer has NULs."""
    (item,) = done(begin(odd=with_nul()))
    assert (item.state, item.code) in (("done", ""), ("failed", "not_an_invoice"))


def test_a_deleted_document(begin: Begin, media: Path) -> None:
    job = begin(one=pdf())
    Document.objects.all().delete()
    (item,) = done(job)
    assert (item.state, item.code) == ("failed", "document_deleted")
    assert files(media, "originals") == 0


def test_queries_per_file_do_not_grow(begin: Begin) -> None:
    def cost(count: int) -> int:
        job = begin(**{f"{number}.pdf": pdf(numbered(f"A-{count}{number:03}")) for number in range(count)})
        with CaptureQueriesContext(connection) as queries:
            deliver(job.items.earliest("position"))
        return len(queries)

    cost(1)  # the first one of a project is noted in one row more
    assert cost(12) <= cost(1) < 60


def test_nothing_is_an_orphan(begin: Begin, django_capture_on_commit_callbacks: Any) -> None:
    job = begin(one=pdf(), two=b"no invoice")
    assert not list(check.findings(timedelta(0)))
    with django_capture_on_commit_callbacks(execute=True):
        done(job)
    assert not list(check.findings(timedelta(0)))


# --- Again ---------------------------------------------------------------------------------------------------------


def again(invoice: Invoice, **params: Any) -> JobItem:
    page = invoice.pages.select_related("page__document").get().page
    given = {"invoice": invoice.pk, "languages": ["eng"], "recipe": None} | params
    project, by = invoice.project, page.document.created_by
    assert by is not None
    job = Job.objects.start("invoice-again", project=project, document=page.document, params=given, pages=[page], by=by)
    return deliver(job.items.get())


def test_read_again_leaves_corrections_alone(begin: Begin, alice: Any) -> None:
    done(begin(photo=encoded(draw([*LINES], width=1000, height=800, size=36, margin=80))))
    invoice = Invoice.objects.get()
    invoice.read = invoice.read | {"fields": {}}
    invoice.save()
    Correction.objects.create(invoice=invoice, field="total", value="7.00", version=2, by=alice)
    item = again(invoice, recipe={"steps": [{"step": "binarize", "method": "otsu"}]})
    assert (item.state, item.detail) == ("done", "")
    invoice.refresh_from_db()
    assert (invoice.number, str(invoice.total), invoice.version) == ("2024-117", "7.0000", 2)
    assert invoice.read["fields"]["total"]["value"] == "1170.00"
    assert invoice.pages.get().page.layers.count() == 2


def test_of_a_stack_the_invoice_on_these_pages_is_read_again(begin: Begin) -> None:
    done(begin(stack=pdf(numbered("A-101"), numbered("A-102", "7.00"))))
    second = Invoice.objects.get(number="A-102")
    Invoice.objects.filter(pk=second.pk).update(read=second.read | {"fields": {}}, number="")
    second.refresh_from_db()
    assert again(second).state == "done"
    second.refresh_from_db()
    assert (second.number, second.read["pages"]) == ("A-102", [2, 2])


@pytest.mark.parametrize("change", ["confirmed", "deleted"])
def test_what_happened_in_the_meantime_is_respected(begin: Begin, change: str) -> None:
    done(begin(one=pdf()))
    invoice = Invoice.objects.get()
    if change == "confirmed":
        Invoice.objects.update(state="confirmed")
        assert again(invoice).code == "confirmed"
        assert Invoice.objects.get().version == 1
    else:
        invoice = Invoice.objects.prefetch_related("pages").get()
        page = invoice.pages.all()[0].page
        params = {"invoice": invoice.pk, "languages": ["eng"]}
        by = page.document.created_by
        assert by is not None
        job = Job.objects.start("invoice-again", project=invoice.project, params=params, pages=[page], by=by)
        Invoice.objects.all().delete()
        assert deliver(job.items.get()).code == "invoice_deleted"


def test_a_bad_recipe(begin: Begin) -> None:
    done(begin(photo=encoded(draw([*LINES], width=1000, height=800, size=36, margin=80))))
    assert again(Invoice.objects.get(), recipe={"steps": [{"step": "polish"}]}).code == "bad_recipe"
