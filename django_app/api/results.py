"""`GET /get_img_result`: what the socket's `image_processed` says, for clients that ask instead of listening."""

from urllib.parse import urlsplit

from django.http import Http404
from django.urls import Resolver404, re_path, resolve, reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.jobs.states import OPEN
from django_app.pages.models import Page, PageVersion
from django_app.projects import access


class ImageResultSerializer(serializers.Serializer[Page]):
    type = serializers.CharField(default="image_processed")
    status = serializers.ChoiceField(choices=("unprocessed", "processing", "processed"))
    image_url = serializers.CharField(help_text="The page's image as it was uploaded.")
    processed_value = serializers.CharField(allow_null=True, help_text="The newest image made of it.")
    timestamp = serializers.DateTimeField(allow_null=True)
    page = serializers.IntegerField()


@extend_schema(
    parameters=[OpenApiParameter("img_url", str, required=True, description="The address of any image of the page.")],
    responses=ImageResultSerializer,
)
@api_view(["GET"])
def img_result(request: Request) -> Response:
    """The newest image made of a page, and whether one is being made."""
    address = request.query_params.get("img_url", "")
    if not address:
        raise serializers.ValidationError({"img_url": [_("Say which image.")]})
    versions = PageVersion.objects.select_related("page")
    page = access.find(request.user, versions, pk=version_of(address)).page
    newest = page.versions.filter(recipe__isnull=False).order_by("-id").first()
    is_open = page.job_items.filter(state__in=OPEN).exists()
    facts = {
        "type": "image_processed",
        "status": "processing" if is_open else "processed" if newest else "unprocessed",
        "image_url": reverse("pages:image", args=[page.original.pk]),
        "processed_value": reverse("pages:image", args=[newest.pk]) if newest else None,
        "timestamp": newest.at if newest else None,
        "page": page.pk,
    }
    return Response(ImageResultSerializer(facts).data)  # type: ignore[arg-type]  # a mapping serves as well as a row


def version_of(address: str) -> int:
    """Of an image's address, with or without the host. Raises Http404 for what is none."""
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        match = None
    if match is None or match.view_name != "pages:image":
        raise Http404(_("Not found."))
    return int(match.kwargs["version_id"])


urlpatterns = [re_path(r"^get_img_result/?$", img_result)]
