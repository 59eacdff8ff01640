"""What a job can do to a page. A new kind is one function here, from item and engine to what is to be saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.urls import reverse
from rest_framework import serializers

from django_app.documents.models import Document
from django_app.jobs import files
from django_app.jobs.endings import ENDINGS, Ending
from django_app.jobs.errors import JobError
from django_app.jobs.items import JobItem
from django_app.jobs.params import ApplyParams, ReadParams
from django_app.pages import versions
from django_app.pages.models import Page, PageVersion
from django_app.texts import store

Save = Callable[[], str]
"""Writes the result's rows and returns its address; runs in the transaction that completes the item."""


@dataclass(frozen=True)
class Source:
    """An image as the engine gets it. `matrix` maps original pixels (3x3) to it, `original` is the original's size."""

    path: Path
    frame: int
    matrix: list[list[float]]
    original: tuple[int, int]


@dataclass(frozen=True)
class Cleaned:
    png: bytes
    width: int
    height: int
    dpi: float | None
    recipe: dict[str, Any]
    matrix: list[list[float]]
    skew_angle: float
    engine_version: str


class Engine(Protocol):
    """What of `fastapi_app` the kinds use, for one item; `tasks.Services` is it. Cancelling ends any of it at once."""

    def clean(self, source: Source, recipe: Any) -> Cleaned: ...

    def read(self, source: Source, languages: Sequence[str], *, clean: bool) -> dict[str, Any]: ...

    def beat(self, percent: int) -> None:
        """For works that last without a child; raises StoppedError."""

    def unpack(self, archive: Path, member: str) -> tuple[dict[str, Any], bytes]:
        """{"format", "frames": [{"width", "height", "dpi"}]} and the bytes."""

    def read_invoices(self, path: Path, languages: Sequence[str], recipe: Any = None) -> dict[str, Any]:
        """{"format", "frames": as of `unpack`, "invoices": [the engine's], "layouts": [one a page, null where it could
        not be read], "fingerprints": one an invoice}; without a recipe pages are prepared as they need it."""

    def check_invoices(self, invoices: Sequence[dict[str, Any]], today: str) -> list[dict[str, Any]]:
        """{"issues": [{"code", "field", "message", "severity"}]} of each; `invoices`: {"file", "invoice"}."""

    def find_anomalies(self, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What stands out among {"id", "file", "values", "fingerprint"}."""

    def try_page(self, path: Path, frame: int) -> None:
        """Raises when it cannot be drawn."""

    def draw(self, source: Source) -> bytes:
        """PNG."""

    def bind(self, sources: Sequence[Source]) -> bytes:
        """PDF."""

    def write(self, pages: Sequence[tuple[dict[str, Any], Source, str]], format: str) -> tuple[str, bytes]:
        """The extension and the bytes of layouts, each with what it was read from and that page's name."""


Work = Callable[[JobItem, Engine], Save]


@dataclass(frozen=True)
class Kind:
    work: Work
    params: type[serializers.Serializer[Any]]
    is_whole: bool
    is_public: bool


KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    params: type[serializers.Serializer[Any]],
    *,
    is_whole: bool = False,
    is_public: bool = True,
    ending: Ending | None = None,
) -> Callable[[Work], Work]:
    """`is_whole`: one item for all pages, their ids in params["pages"]. `is_public`: can be asked for on a document.
    `ending`: what else is to be done when a job of it has ended."""

    def register(work: Work) -> Work:
        KINDS[name] = Kind(work, params, is_whole, is_public)
        if ending is not None:
            ENDINGS[name] = ending
        return work

    return register


ProjectWork = Callable[[int, Engine], None]
PROJECT_WORKS: dict[str, ProjectWork] = {}


def project_work(name: str) -> Callable[[ProjectWork], ProjectWork]:
    """Work on a project that is nobody's job: whoever wants it sends "jobs.project" with its name and the project's
    id. It has to bear being asked for twice, and not at all."""

    def register(work: ProjectWork) -> ProjectWork:
        PROJECT_WORKS[name] = work
        return work

    return register


@kind("apply", ApplyParams)
def apply(item: JobItem, engine: Engine) -> Save:
    """The job's recipe, or what the page needs, on the page's original: a new version."""
    page = page_of(item)
    cleaned = engine.clean(source_of(page.original), item.job.params.get("recipe"))
    key = files.write(item, "versions", "png", cleaned.png)

    def save() -> str:
        version = versions.add_derived(
            still_there(page),
            key=key,
            format="png",
            width=cleaned.width,
            height=cleaned.height,
            dpi=cleaned.dpi,
            recipe=cleaned.recipe,
            matrix=cleaned.matrix,
            engine_version=cleaned.engine_version,
            skew_angle=cleaned.skew_angle,
            by=item.job.created_by,
        )
        return reverse("pages:image", args=[version.pk])

    return save


@kind("read", ReadParams)
def read(item: JobItem, engine: Engine) -> Save:
    """The text on the page's current version (or the given one), in pixels of the original: a new layer."""
    page = page_of(item)
    version = version_of(page, item.job.params)
    languages = item.job.params["languages"]
    layout = engine.read(source_of(version), languages, clean=version.is_original)

    def save() -> str:
        store.add_layer(still_there(page), layout, version=version, by=item.job.created_by)
        return reverse("api:page-text", args=[page.pk])

    return save


def page_of(item: JobItem) -> Page:
    if item.page is None:
        raise JobError("page_deleted", "The page was deleted.")
    return item.page


def still_there(page: Page) -> Page:
    """The page as it is now. Its document is locked, as whoever deletes or reorders pages locks it first."""
    document = Document.objects.select_for_update().filter(pk=page.document_id).first()
    found = document and document.pages.filter(pk=page.pk).first()
    if not found:
        raise JobError("page_deleted", "The page was deleted.")
    return found


def version_of(page: Page, params: Mapping[str, Any]) -> PageVersion:
    wanted = page.versions.filter(pk=params.get("version") or page.current_id or 0)
    return wanted.first() or page.original


def source_of(version: PageVersion) -> Source:
    original = version if version.is_original else version.page.original
    return Source(files.local(version.key), version.frame, version.matrix, (original.width, original.height))
