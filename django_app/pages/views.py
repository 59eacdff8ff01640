from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_app.imaging.client import ImagingClient, ImagingError, languages_of
from django_app.pages import renditions
from django_app.pages.media import media_response
from django_app.pages.models import Page, PageVersion
from django_app.projects import access
from django_app.users.person import person


def find_page(request: HttpRequest, document_id: int, number: int) -> Page:
    pages = Page.objects.select_related("document__project", "current")
    return access.find(request.user, pages, document=document_id, position=number)


def find_version(request: HttpRequest, version_id: int | str) -> PageVersion:
    return access.find(request.user, PageVersion.objects.select_related("page"), pk=version_id)


@require_safe
@login_required
def detail(request: HttpRequest, document_id: int, number: int) -> HttpResponse:
    page = find_page(request, document_id, number)
    engine_info = ImagingClient(person(request)).info_or_none()
    neighbours = {near.position: near for near in page.document.pages.filter(position__in=(number - 1, number + 1))}
    context: dict[str, Any] = {
        "document": page.document,
        "page": page,
        "versions": page.versions.select_related("by").order_by("-id"),
        "current": page.current,
        "previous": neighbours.get(number - 1),
        "next": neighbours.get(number + 1),
        "page_count": page.document.pages.count(),
        "role": page.user_role,
        "presets": page.document.project.presets.all(),
        "languages": languages_of(engine_info),
        "engine_info": engine_info,
    }
    return render(request, "pages/detail.html", context)


@require_safe
@login_required
def compare(request: HttpRequest, document_id: int, number: int) -> HttpResponse:
    page = find_page(request, document_id, number)
    versions = list(page.versions.select_related("by"))
    by_id = {str(version.pk): version for version in versions}
    chosen = request.GET.get("a", str(versions[0].pk)), request.GET.get("b", str(page.current_id))
    if not all(pk in by_id for pk in chosen):
        raise Http404(_("This page has no such version."))
    context = {"document": page.document, "page": page, "versions": versions, "role": page.user_role}
    return render(request, "pages/compare.html", context | {"a": by_id[chosen[0]], "b": by_id[chosen[1]]})


@require_safe
@login_required
def image(request: HttpRequest, version_id: int) -> HttpResponseBase:
    version = find_version(request, version_id)
    if request.GET.get("download"):
        return media_response(request, version.key, etag=f"{version.pk}-file", download_as=version.page.name)
    return rendition(request, version, "image")


@require_safe
@login_required
def thumbnail(request: HttpRequest, version_id: int) -> HttpResponseBase:
    return rendition(request, find_version(request, version_id), "thumbnail")


@require_safe
@login_required
def dzi(request: HttpRequest, version_id: int) -> HttpResponseBase:
    return rendition(request, find_version(request, version_id), "tiles", "page.dzi")


@require_safe
@login_required
def tile(request: HttpRequest, version_id: str, level: str, name: str) -> HttpResponseBase:
    return rendition(request, find_version(request, version_id), "tiles", f"page_files/{int(level)}/{name}.jpg")


def rendition(request: HttpRequest, version: PageVersion, kind: str, part: str = "") -> HttpResponseBase:
    """A made image, or the engine's sentence as plain text when it cannot be made now."""
    client = ImagingClient(person(request))
    try:
        if kind == "tiles":
            key = renditions.media_key(renditions.tiles(version, client) / part)
        else:
            key = renditions.thumbnail(version, client) if kind == "thumbnail" else renditions.viewable(version, client)
    except ImagingError as error:
        headers = {"Cache-Control": "no-store", "Retry-After": error.retry_after or "5"}
        return HttpResponse(error.message, status=error.status, content_type="text/plain", headers=headers)
    except FileNotFoundError:  # the page was deleted in the meantime, and the folder of its renditions with it
        raise Http404(_("Not found.")) from None
    return media_response(request, key, etag="-".join(filter(None, (str(version.pk), kind, part.replace("/", "-")))))
