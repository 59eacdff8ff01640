"""What was read on a page."""

from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.pages.models import Page
from django_app.projects import access
from django_app.texts import store
from django_app.texts.models import Layer


class BoxField(serializers.ListField):
    """[x, y, width, height] in pixels of the page's original image."""

    child = serializers.IntegerField()


class WordSerializer(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField()
    confidence = serializers.FloatField()
    box = BoxField()


class LineSerializer(WordSerializer):
    direction = serializers.ChoiceField(choices=["ltr", "rtl"])
    words = WordSerializer(many=True)


class RegionSerializer(serializers.Serializer[dict[str, Any]]):
    box = BoxField()
    lines = LineSerializer(many=True)


class LayerSerializer(serializers.ModelSerializer[Layer]):
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = Layer
        fields = ("id", "version", "created_at", "by")


class TextSerializer(serializers.Serializer[dict[str, Any]]):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField())
    engine = serializers.CharField()
    confidence = serializers.FloatField()
    regions = RegionSerializer(many=True)
    layer = LayerSerializer()


@extend_schema(responses=TextSerializer)
@api_view(["GET"])
def page_text(request: Request, page_id: int) -> Response:
    """The newest reading of a page; 404 while there is none."""
    page = access.find(request.user, Page.objects.all(), pk=page_id)
    layer = store.newest(page)
    if layer is None:
        raise Http404(_("This page has not been read yet."))
    return Response({**store.layout(layer), "layer": LayerSerializer(layer).data})


urlpatterns = [path("pages/<int:page_id>/text/", page_text, name="page-text")]
