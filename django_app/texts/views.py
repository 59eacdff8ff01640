from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_app.pages.models import Page
from django_app.projects import access
from django_app.texts import store
from django_app.texts.formats import FORMATS


@login_required
@require_safe
def download(request: HttpRequest, page_id: int) -> HttpResponse:
    page = access.find(request.user, Page.objects.all(), pk=page_id)
    wanted = FORMATS.get(request.GET.get("format", "text"))
    if wanted is None:
        return HttpResponse(_("There is no such format."), status=400, content_type="text/plain; charset=utf-8")
    layer = store.newest(page)
    if layer is None:
        raise Http404(_("This page has not been read yet."))
    response = HttpResponse(wanted.write(store.layout(layer)), content_type=wanted.media_type)
    name = f"{PurePath(page.name).stem or page.pk}.{wanted.extension}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
