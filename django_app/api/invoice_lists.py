"""A project's invoices together: found, added up, the next to look at, exported."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.api.invoice_files import IN_FORMATS, file_of, in_formats
from django_app.api.invoice_serializers import RowSerializer
from django_app.api.jobs import LARGEST_ID, asker
from django_app.api.paging import Pages
from django_app.invoices import lists, review
from django_app.invoices.models import Invoice, State
from django_app.projects import access
from django_app.projects.models import Project, Role


class MonthField(serializers.DateField):
    """2026-03, as the first day of that month."""

    default_error_messages = {"invalid": _("Write the month as 2026-03.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m"], **kwargs)


class FilterParams(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=State.choices, required=False)
    problem = serializers.ChoiceField(choices=lists.PROBLEMS, required=False)
    vendor = serializers.CharField(required=False, max_length=200)
    month = MonthField(required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="Words in name, vendor, number and text.")
    task = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_ID)


class ListParams(FilterParams):
    sort = serializers.ChoiceField(
        choices=[f"{way}{name}" for name in lists.SORTS for way in ("", "-")], required=False, default="-id"
    )


class RowsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RowSerializer(many=True)


def in_project(request: Request, project_id: int, role: Role = access.READER) -> Project:
    return access.find(asker(request), Project.objects.all(), role=role, pk=project_id)


def asked_for(params: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = params(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def listed(project_id: int, asked: dict[str, Any]) -> QuerySet[Invoice]:
    found = lists.filtered(Invoice.objects.all(), project_id, asked)
    return lists.ordered(found.defer("read"), asked["sort"]).prefetch_related("pages__page")


@extend_schema(operation_id="api_projects_invoices_list", parameters=[ListParams], responses=RowsSerializer)
@api_view(["GET"])
def invoices(request: Request, project_id: int) -> Response:
    """The project's invoices, a page of them."""
    in_project(request, project_id)
    pages = Pages()
    page = pages.paginate_queryset(listed(project_id, asked_for(ListParams, request)), request)
    return pages.get_paginated_response(RowSerializer(page, many=True).data)


class SumSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    count = serializers.IntegerField()
    total = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)


class VendorSumSerializer(SumSerializer):
    vendor = serializers.CharField()


class MonthSumSerializer(SumSerializer):
    month = serializers.DateField(format="%Y-%m", allow_null=True)


class TotalsSerializer(serializers.Serializer[Any]):
    vendors = VendorSumSerializer(many=True)
    months = MonthSumSerializer(many=True)
    states = serializers.DictField(child=serializers.IntegerField())


@extend_schema(parameters=[FilterParams], responses=TotalsSerializer)
@api_view(["GET"])
def totals(request: Request, project_id: int) -> Response:
    """How much by vendor, month and state, of the invoices that the filter leaves."""
    in_project(request, project_id)
    found = lists.filtered(Invoice.objects.all(), project_id, asked_for(FilterParams, request))
    return Response(TotalsSerializer(lists.totals(found)).data)


class NextParams(FilterParams):
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=LARGEST_ID)
    problem = serializers.ChoiceField(choices=lists.PROBLEMS, required=False, default="any")
    state = serializers.ChoiceField(choices=State.choices, required=False, default=State.REVIEW)


class NextSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True)
    left = serializers.IntegerField(help_text="How many there are, this one and those before it too.")


@extend_schema(parameters=[NextParams], responses=NextSerializer)
@api_view(["GET"])
def next_problem(request: Request, project_id: int) -> Response:
    """The next invoice to look at behind `after`, from the first one again at the end; null if there is none."""
    in_project(request, project_id)
    asked = asked_for(NextParams, request)
    found = lists.filtered(Invoice.objects.all(), project_id, asked).order_by("id")
    following = found.filter(pk__gt=asked["after"]).first() or found.exclude(pk=asked["after"]).first()
    return Response({"id": following and following.pk, "left": found.count()})


@extend_schema(methods=["GET", "POST"], request=None, parameters=[ListParams], responses=IN_FORMATS)
@in_formats("GET", "POST")
def export(request: Request, project_id: int) -> HttpResponseBase:
    """The invoices that the filter leaves, as a file. POST also notes of the confirmed ones that they were exported."""
    project = in_project(request, project_id, access.EDITOR if request.method == "POST" else access.READER)
    asked = asked_for(ListParams, request)
    found = lists.filtered(Invoice.objects.all(), project_id, asked)
    if request.method == "POST":
        found = Invoice.objects.filter(pk__in=list(found.values_list("pk", flat=True)))  # also when the state changes
        review.mark_exported(found)
    return file_of(request, lists.ordered(found, asked["sort"]), project.name)


here = "projects/<int:project_id>/invoices/"
urlpatterns = [
    path(here, invoices, name="invoices"),
    path(f"{here}totals/", totals, name="invoice-totals"),
    path(f"{here}next/", next_problem, name="invoice-next"),
    path(f"{here}export/", export, name="invoice-export"),
]
