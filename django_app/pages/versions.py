"""The only writer of PageVersion. A new page locks its document, so that positions stay dense."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from django_app.config.storage import digest_of
from django_app.documents.models import Document
from django_app.pages import order
from django_app.pages.models import Page, PageVersion
from django_app.users.models import User

Matrix = list[list[float]]
IDENTITY: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]


@transaction.atomic
def add_original(  # noqa: PLR0913  the facts of a row
    document: Document,
    *,
    key: str,
    format: str,
    frame: int = 0,
    width: int,
    height: int,
    dpi: float | None = None,
    by: User | None,
    name: str,
    position: int | None = None,
) -> Page:
    """A new page whose first version is the uploaded image (frame `frame` of the file `key`): the last one, or at
    `position`."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    if position is None:
        position = (document.pages.aggregate(last=Max("position"))["last"] or 0) + 1
    else:
        order.open_gap(document, position)
    page = Page.objects.create(document=document, position=position, name=name)
    original = PageVersion(
        page=page, file=key, frame=frame, format=format, width=width, height=height, dpi=dpi, matrix=IDENTITY, by=by
    )
    return show(page, original)


@transaction.atomic
def add_derived(  # noqa: PLR0913  the facts of a row
    page: Page,
    *,
    key: str,
    format: str,
    width: int,
    height: int,
    dpi: float | None = None,
    recipe: dict[str, Any],
    matrix: Matrix,
    engine_version: str,
    skew_angle: float | None = None,
    by: User | None,
) -> PageVersion:
    """The image that `recipe` made of the page's original becomes the current one."""
    derived = PageVersion(
        page=page,
        file=key,
        format=format,
        width=width,
        height=height,
        dpi=dpi,
        recipe=recipe,
        matrix=matrix,
        engine_version=engine_version,
        skew_angle=skew_angle,
        by=by,
    )
    show(page, derived)
    return derived


@transaction.atomic
def revert(page: Page, version: PageVersion, by: User | None) -> PageVersion:
    """A new version that looks like `version` again; nothing that happened since is lost."""
    if version.page_id != page.pk:
        raise ValueError("The version belongs to another page.")
    again = PageVersion(page=page, by=by, reverts=version, file=version.key)
    for field in (
        "digest",
        "frame",
        "format",
        "width",
        "height",
        "dpi",
        "recipe",
        "matrix",
        "engine_version",
        "skew_angle",
    ):
        setattr(again, field, getattr(version, field))
    show(page, again)
    return again


def show(page: Page, version: PageVersion) -> Page:
    version.digest = version.digest or digest_of(version.key)
    version.save(force_insert=True)
    page.current = version
    page.save(update_fields=["current"])
    page.document.touch()
    return page
