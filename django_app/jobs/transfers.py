"""Whole documents in and out: files of an archive become pages, pages become one file to take along."""

import tempfile
import zipfile
from typing import IO, Any

from django.core.files.base import File
from django.urls import reverse

from django_app.documents.models import Document
from django_app.jobs import files
from django_app.jobs.errors import JobError
from django_app.jobs.items import JobItem
from django_app.jobs.kinds import Engine, Save, kind, source_of
from django_app.jobs.params import ExportParams, ImportParams
from django_app.pages import versions
from django_app.pages.media import safe_name
from django_app.pages.models import Page
from django_app.pages.upload import EXTENSIONS, frame_names, page_name
from django_app.texts import store


@kind("import", ImportParams, is_public=False)
def take_in(item: JobItem, engine: Engine) -> Save:
    """A file of an archive, or one page of a PDF or TIFF, becomes a page; its place is that of its name."""
    params = item.job.params
    source = files.local(params["file"])
    if "frames" in params:
        number = item.position - 1
        engine.try_page(source, number)
        key, form, frames, first = params["file"], params["format"], [params["frames"][number]], number
    else:
        image, content = engine.unpack(source, item.name)
        form, frames, first = image["format"], image["frames"], 0
        key = files.write(item, "originals", EXTENSIONS.get(form, form), content)

    def save() -> str:
        document = Document.objects.select_for_update().filter(pk=item.job.document_id or 0).first()
        if document is None:
            raise JobError("document_deleted", "The document was deleted.")
        names = [item.name] if "frames" in params else frame_names(page_name(item.name), len(frames))
        place = place_of(document, item)
        for number, (frame, name) in enumerate(zip(frames, names, strict=True)):
            facts = {"width": frame["width"], "height": frame["height"], "dpi": frame["dpi"], "format": form}
            page = versions.add_original(
                document, key=key, frame=first + number, **facts, by=item.job.created_by, name=name, position=place
            )
            place = place and place + 1
        item.becomes(page)
        return reverse("pages:image", args=[page.current_id])

    return save


def place_of(document: Document, item: JobItem) -> int | None:
    """Behind the pages of the items before it, wherever these are finished later or tried again; None: at the end."""
    before = document.pages.filter(job_items__job=item.job_id, job_items__position__lt=item.position)
    if nearest := before.order_by("-job_items__position").values_list("position", flat=True).first():
        return nearest + 1
    behind = document.pages.filter(job_items__job=item.job_id, job_items__position__gt=item.position)
    return behind.order_by("job_items__position").values_list("position", flat=True).first()


@kind("export", ExportParams, is_whole=True)
def take_out(item: JobItem, engine: Engine) -> Save:
    """Images, their text, or a PDF of all: one file, to be had for a day."""
    params = item.job.params
    pages = list(Page.objects.filter(pk__in=params["pages"]).select_related("current", "document").order_by("position"))
    if not pages:
        raise JobError("page_deleted", "The pages were deleted.")
    with tempfile.TemporaryFile() as file:
        extension = PACKERS.get(params["format"], text)(file, pages, engine, params)
        files.write(item, "exports", extension, File(file))
    return lambda: reverse("jobs:download", args=[item.job_id])


def images(file: IO[bytes], pages: list[Page], engine: Engine, params: dict[str, Any]) -> str:
    """Stored, not packed: images are packed already."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, page in enumerate(pages):
            engine.beat(100 * number // len(pages))
            source = source_of(page.current or page.original)
            name = f"{number + 1:04d} {safe_name(page.name)}"
            if source.path.suffix in (".pdf", ".tif"):  # which may hold many pages
                archive.writestr(f"{name}.png", engine.draw(source))
            else:
                archive.write(source.path, f"{name}{source.path.suffix}")
    return "zip"


def pdf(file: IO[bytes], pages: list[Page], engine: Engine, params: dict[str, Any]) -> str:
    file.write(engine.bind([source_of(page.current or page.original) for page in pages]))
    return "pdf"


def text(file: IO[bytes], pages: list[Page], engine: Engine, params: dict[str, Any]) -> str:
    layers = [layer for layer in map(store.newest, pages) if layer is not None]
    if not layers:
        raise JobError("not_read", "None of these pages has been read yet.")
    read = [(store.layout(layer), source_of(layer.page.original), layer.page.name) for layer in layers]
    extension, content = engine.write(read, params["format"])
    file.write(content)
    return extension


PACKERS = {"images": images, "images-pdf": pdf}
