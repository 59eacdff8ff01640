from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_app.imaging.client import ImagingClient, ImagingError
from django_app.pages.media import sandboxed
from django_app.pages.models import Page
from django_app.projects import access
from django_app.texts import store
from django_app.texts.formats import FORMATS, PLAIN
from django_app.texts.models import Layer
from django_app.users.person import person

SENTENCE = "text/plain; charset=utf-8"


@login_required
@require_safe
def download(request: HttpRequest, page_id: int) -> HttpResponse:
    page = access.find(request.user, Page.objects.all(), pk=page_id)
    wanted = request.GET.get("format", PLAIN)
    if wanted not in FORMATS:
        return HttpResponse(_("There is no such format."), status=400, content_type=SENTENCE)
    layer = store.newest(page)
    if layer is None:
        raise Http404(_("This page has not been read yet."))
    try:
        response = written(ImagingClient(person(request)), page, layer, wanted)
    except ImagingError as error:
        return HttpResponse(error.message, status=error.status, content_type=SENTENCE)
    name = f"{PurePath(page.name).stem or page.pk}.{FORMATS[wanted].extension}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return sandboxed(response)


def written(client: ImagingClient, page: Page, layer: Layer, format: str) -> HttpResponse:
    """Plain text from here, everything else from the engine, with boxes on the page's original."""
    layout = store.layout(layer)
    if format == PLAIN:
        return HttpResponse(store.plain(layout), content_type=SENTENCE)
    file = client.written(page.original, layout, format, page.name or str(page.pk))
    return HttpResponse(file.content, content_type=file.media_type)
