"""Journey 1: a signed-in page sends an image, or names a stored one, and gets it back clean."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, renderer_classes
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from django_app.imaging.client import ImagingClient, ImagingError, Source
from django_app.pages.media import sandboxed
from django_app.pages.models import Page
from django_app.projects import access
from django_app.users.person import person

OWN_FIELDS = {"image", "file", "page", "version", "csrfmiddlewaretoken"}


class Image(BaseRenderer):
    """Lets a client say `Accept: image/png`; the engine has written the image already."""

    media_type = "image/*"
    format = "image"


class AutoProcessSerializer(serializers.Serializer):  # type: ignore[type-arg]
    image = serializers.FileField(required=False, help_text="Or `file`.")
    file = serializers.FileField(required=False)
    page = serializers.IntegerField(required=False, help_text="A stored page's original, instead of an upload.")
    recipe = serializers.JSONField(required=False)


@extend_schema(request=AutoProcessSerializer, responses={(200, "image/png"): OpenApiTypes.BINARY})
@api_view(["POST"])
@parser_classes([MultiPartParser, FormParser])
@renderer_classes([JSONRenderer, Image])
def auto_process(request: Request) -> HttpResponse:
    """The engine's auto-process, with its headers. Its parameters may stand in the query or in the form."""
    form = request.data if isinstance(request.data, QueryDict) else QueryDict()
    given = {**request.query_params.dict(), **form.dict()}
    parameters = {name: value for name, value in given.items() if name not in OWN_FIELDS and isinstance(value, str)}
    processed = ImagingClient(person(request)).auto_process(source(request, form), parameters)
    answer = HttpResponse(processed.content, content_type=processed.media_type, headers=dict(processed.headers))
    return sandboxed(answer)


def source(request: Request, form: QueryDict) -> Source:
    upload: object = form.get("image") or form.get("file")
    if isinstance(upload, UploadedFile):
        if (upload.size or 0) > settings.MAX_UPLOAD_BYTES:
            limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
            raise ImagingError("too_many_bytes", _("The file is larger than %(limit)s MiB.") % {"limit": limit}, 413)
        return upload
    if "page" not in form:
        raise ValidationError({"image": [_("Send an image, or the number of a page.")]})
    return access.find(request.user, Page.objects.all(), pk=form["page"]).original
