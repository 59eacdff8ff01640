"""Import: files of an archive become pages in their order. Export: pages become one file."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from django_app.documents.models import Document
from django_app.jobs import importing
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.sweep import sweep
from tests.jobs.conftest import MakePages, deliver, photographed

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]


def zipped(**members: bytes) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("pages.zip", out.getvalue())


def tiff(pages: int) -> bytes:
    images = [Image.new("L", (60, 40), 40 * number) for number in range(pages)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    return out.getvalue()


@pytest.fixture
def archive(document: Document, media: Path, alice: Any) -> Job:
    page = photographed()
    members = {"b/10.png": page, "b/2.png": page, "a.tif": tiff(2), "notes.txt": b"no image", "__MACOSX/x": b""}
    job = importing.take_in(document, zipped(**members), alice)
    assert isinstance(job, Job)
    return job


def names(document: Document) -> list[str]:
    return list(document.pages.values_list("name", flat=True))


def test_import_works(archive: Job, document: Document, media: Path, alice: Any) -> None:
    items = [deliver(item) for item in archive.items.all()]
    assert [item.name for item in items] == ["a.tif", "b/2.png", "b/10.png", "notes.txt"]
    assert [(item.state, item.code) for item in items] == [("done", "")] * 3 + [("failed", "not_an_image")]
    assert names(document) == ["a 1", "a 2", "2", "10"]
    assert list(document.pages.values_list("position", flat=True)) == [1, 2, 3, 4]
    page = document.pages.get(name="10")
    assert items[2].page == page
    assert (page.original.width, page.original.height, page.original.by) == (900, 420, alice)
    assert (media / page.original.key).read_bytes() == photographed()
    assert [each.original.frame for each in document.pages.all()[:2]] == [0, 1]
    archive.refresh_from_db()
    assert archive.finished_at is not None


def test_in_whatever_order_the_files_are_finished(archive: Job, document: Document, make_pages: MakePages) -> None:
    make_pages(1)
    first, second, third, _ = archive.items.all()
    for item in (third, first, second):
        deliver(item)
    make_pages(1)
    assert names(document) == ["Folio 1", "a 1", "a 2", "2", "10", "Folio 6"]


def test_delivered_twice(archive: Job, document: Document, media: Path) -> None:
    item = archive.items.get(name="b/2.png")
    deliver(item)
    deliver(item)
    assert names(document) == ["2"]
    assert len(list((media / "originals").iterdir())) == 1


def test_import_of_many_pages_of_one_file(document: Document, media: Path, alice: Any) -> None:
    (media / "originals" / "many.tif").write_bytes(tiff(3))
    frame = {"width": 60, "height": 40, "dpi": None}
    params = {"file": "originals/many.tif", "format": "tiff", "frames": [frame] * 4}
    job = importing.begin(document, alice, [f"Book {n}" for n in (1, 2, 3, 4)], params)
    items = [deliver(item) for item in job.items.all()]
    assert [item.state for item in items] == ["done", "done", "done", "failed"]  # there is no fourth page
    assert names(document) == ["Book 1", "Book 2", "Book 3"]
    assert document.pages.get(name="Book 3").original.frame == 2


@pytest.fixture
def export(document: Document, start: Start, alice: Any) -> Callable[..., JobItem]:
    def export(form: str) -> JobItem:
        params = {"format": form, "pages": list(document.pages.values_list("pk", flat=True))}
        job = Job.objects.start(
            "export", project=document.project, document=document, params=params, names=["Notebook"], by=alice
        )
        return deliver(job.items.get())

    return export


def test_an_import_that_is_tried_again_too_late(archive: Job) -> None:
    """After a day its archive is gone, and that is what its pages say."""
    archive.items.update(state="failed", attempts=1, finished_at=timezone.now())
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    sweep()
    archive.retry()
    item = deliver(archive.items.earliest("position"))
    assert (item.state, item.code) == ("failed", "file_missing")


def test_export_of_images(make_pages: MakePages, start: Start, export: Any, media: Path) -> None:
    first, _ = make_pages(2)
    deliver(start([first]).items.get())
    item = export("images")
    assert (item.state, item.detail) == ("done", "")
    with zipfile.ZipFile(media / item.file) as archive:
        assert archive.namelist() == ["0001 Folio 1.png", "0002 Folio 2.png"]
        assert archive.read("0002 Folio 2.png") == photographed()
        assert archive.read("0001 Folio 1.png") == (media / first.versions.latest("id").key).read_bytes()


def test_export_of_a_page_of_a_tiff(archive: Job, export: Any, media: Path) -> None:
    deliver(archive.items.earliest("position"))
    with zipfile.ZipFile(media / export("images").file) as found:
        assert found.namelist() == ["0001 a 1.png", "0002 a 2.png"]
        assert Image.open(io.BytesIO(found.read("0002 a 2.png"))).getpixel((5, 5)) == 40


def test_export_as_pdf(archive: Job, make_pages: MakePages, export: Any, media: Path) -> None:
    deliver(archive.items.earliest("position"))
    make_pages(1)
    item = export("images-pdf")
    assert (item.state, item.detail) == ("done", "")
    with pypdfium2.PdfDocument(media / item.file) as pdf:
        assert len(pdf) == 3


def test_export_of_text(make_pages: MakePages, start: Start, export: Any, media: Path) -> None:
    pages = make_pages(2)
    deliver(start(pages[:1], kind="read").items.get())
    assert "recto" in (media / export("text").file).read_text()
    assert len(json.loads((media / export("json").file).read_text())["pages"]) == 1
    with pypdfium2.PdfDocument(media / export("pdf").file) as pdf:
        assert "recto" in pdf[0].get_textpage().get_text_range()
    assert export("alto").file.endswith(".alto.xml")


def test_export_of_what_nobody_read(make_pages: MakePages, export: Any) -> None:
    make_pages(1)
    item = export("text")
    assert (item.state, item.code) == ("failed", "not_read")
