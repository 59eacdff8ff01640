"""Invoices as files: JSON, CSV and XLSX behind one address, by `?format=` or by `Accept`."""

import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.decorators import api_view, renderer_classes
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.invoices import csv_file, results, spreadsheet
from django_app.invoices.models import Invoice, State
from django_app.pages.media import safe_name, sandboxed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Csv(BaseRenderer):
    """Announces the format; the file is written elsewhere."""

    media_type = "text/csv"
    format = "csv"


class Xlsx(BaseRenderer):
    media_type = XLSX
    format = "xlsx"


class ValueSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="Dates are ISO 8601, amounts decimal.")
    raw = serializers.CharField(allow_null=True, help_text="As it is printed.")
    confidence = serializers.FloatField(allow_null=True)
    page = serializers.IntegerField(allow_null=True, help_text="Of the file, from 1.")
    box = serializers.ListField(child=serializers.IntegerField(), allow_null=True, help_text="[x, y, width, height]")
    corrected = serializers.BooleanField()


class InvoiceResultSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    file = serializers.CharField()
    pages = serializers.ListField(child=serializers.IntegerField(), help_text="First and last of the file.")
    state = serializers.ChoiceField(choices=State.choices)
    fields = serializers.DictField(child=ValueSerializer())  # type: ignore[assignment]  # the contract's word
    details = serializers.DictField(child=ValueSerializer())
    line_items = serializers.ListField(child=serializers.DictField(child=ValueSerializer()))
    text = serializers.CharField()


class InvoiceResultsSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField(required=False, help_text="Of a task's download.")
    invoices = InvoiceResultSerializer(many=True)


IN_FORMATS = {
    (200, "application/json"): InvoiceResultsSerializer,
    (200, "text/csv"): OpenApiTypes.STR,
    (200, XLSX): OpenApiTypes.BINARY,
}

RENDERERS: Sequence[type[BaseRenderer]] = (JSONRenderer, Csv, Xlsx)


class ByFormat(DefaultContentNegotiation):
    def filter_renderers(self, renderers: Any, format: str) -> Any:
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            raise ValidationError({"format": [_("There are json, csv and xlsx.")]})
        return found


def in_formats(*methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`api_view` for a view that answers by `file_of`."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        decorated = api_view(methods)(renderer_classes(RENDERERS)(view))
        decorated.cls.content_negotiation_class = ByFormat  # DRF has no decorator for it
        return decorated

    return decorate


def file_of(request: Request, invoices: QuerySet[Invoice], name: str, **facts: Any) -> HttpResponseBase:
    """In the format that the request asks for; JSON with `facts` beside the invoices."""
    found = results.of(invoices, "issues")
    match request.accepted_renderer.format:
        case "csv":
            return named(StreamingHttpResponse(csv_file.lines(found), content_type="text/csv; charset=utf-8"), name)
        case "xlsx":
            return xlsx(found, invoices, name)
    return Response({**facts, "invoices": [results.plain(each) for each in found]})


def xlsx(found: Any, invoices: QuerySet[Invoice], name: str) -> HttpResponseBase:
    vendors = invoices.order_by().values_list("vendor", flat=True).distinct()
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    spreadsheet.write(file, found, is_rtl=spreadsheet.is_rtl(" ".join(vendors[:1000])))
    file.seek(0)
    return sandboxed(FileResponse(file, as_attachment=True, filename=f"{safe_name(name)}.xlsx", content_type=XLSX))


def named(response: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    response["Content-Disposition"] = content_disposition_header(True, f"{safe_name(name)}.csv") or "attachment"
    return sandboxed(response)
