"""The review of a project's invoices: found, looked at, corrected, confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.api.idempotency import idempotent
from django_app.api.invoice_files import IN_FORMATS, file_of, in_formats
from django_app.api.jobs import LARGEST_ID, JobSerializer, accepted, asker, check_room, valid
from django_app.api.paging import Pages
from django_app.api.parsers import BoundedJSONParser
from django_app.invoices import checking, fields, lists, results, review
from django_app.invoices.models import Anomaly, Correction, Dismissal, Invoice, InvoicePage, Issue, Severity, State
from django_app.invoices.reading import AGAIN, AgainParams
from django_app.invoices.values import readings
from django_app.jobs.models import Job
from django_app.jobs.params import LanguageField
from django_app.pages.models import Page, PageVersion
from django_app.projects import access
from django_app.projects.models import Project, Role

MOST_CORRECTIONS = 500


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


class RowSerializer(serializers.ModelSerializer[Invoice]):
    task_id = serializers.CharField(source="job_id", allow_null=True)
    has_error = serializers.BooleanField()
    has_warning = serializers.BooleanField()
    has_anomaly = serializers.BooleanField()
    total = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Invoice
        fields: tuple[str, ...] = (
            *("id", "task_id", "name", "state", "version", "vendor", "number", "date", "currency", "total"),
            *("has_error", "has_warning", "has_anomaly", "confirmed_at", "created_at", "thumbnail"),
        )

    def get_total(self, invoice: Invoice) -> str | None:
        return None if invoice.total is None else f"{invoice.total.normalize():f}"

    def get_thumbnail(self, invoice: Invoice) -> str | None:
        first = next(iter(invoice.pages.all()), None)
        return reverse("pages:thumbnail", args=[first.page.current_id]) if first else None


class RowsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RowSerializer(many=True)


class IssueSerializer(serializers.ModelSerializer[Issue]):
    class Meta:
        model = Issue
        fields = ("code", "field", "message", "severity")


class AnomalySerializer(serializers.ModelSerializer[Anomaly]):
    severity = serializers.ChoiceField(choices=Severity.choices)
    dismissed = serializers.BooleanField()
    invoices = serializers.SerializerMethodField()

    class Meta:
        model = Anomaly
        fields = ("key", "code", "message", "severity", "score", "evidence", "dismissed", "invoices")

    def get_invoices(self, anomaly: Anomaly) -> list[dict[str, Any]]:
        return [{"id": invoice.pk, "name": invoice.name} for invoice in anomaly.invoices.all()]


class InvoicePageSerializer(serializers.ModelSerializer[InvoicePage]):
    """Boxes of this page's `number` are in pixels of `image`, which is the page as it was uploaded."""

    page = serializers.IntegerField(source="page_id")
    width = serializers.IntegerField(source="original.width")
    height = serializers.IntegerField(source="original.height")
    image = serializers.SerializerMethodField()
    tiles = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="Its words with their boxes; 404 if it could not be read.")
    url = serializers.CharField(source="page.get_absolute_url")

    class Meta:
        model = InvoicePage
        fields = ("number", "page", "width", "height", "image", "tiles", "text", "url")

    def get_image(self, row: Any) -> str:
        return reverse("pages:image", args=[row.original.pk])

    def get_tiles(self, row: Any) -> str:
        return reverse("pages:tiles", args=[row.original.pk])

    def get_text(self, row: InvoicePage) -> str:
        return reverse("api:page-text", args=[row.page_id])


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = Correction
        fields = ("field", "value", "version", "by", "at")


class DetailSerializer(RowSerializer):
    values = serializers.DictField(
        help_text="{fields, details, line_items}: each value with what was `read`, and whether it was `corrected`."
    )
    read = serializers.DictField(
        child=serializers.CharField(), help_text="By path: the machine's reading, also of what a person has taken away."
    )
    candidates = serializers.DictField(help_text="By field: what else could have been meant, the likeliest first.")
    differences = serializers.ListField(help_text="Of an embedded e-invoice and the page: field, embedded, printed.")
    origin = serializers.ChoiceField(choices=("image", "text", "xml"), help_text="What was read: pixels, text or XML.")
    issues = IssueSerializer(many=True)
    anomalies = AnomalySerializer(many=True)
    pages = InvoicePageSerializer(many=True)
    history = CorrectionSerializer(many=True, source="corrections")
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)
    stale = serializers.BooleanField(help_text="Issues and anomalies are being found anew.")

    class Meta(RowSerializer.Meta):
        fields = (
            *RowSerializer.Meta.fields,
            *("values", "read", "candidates", "differences", "origin", "issues", "anomalies", "pages", "history"),
            *("confirmed_by", "stale"),
        )


class VersionParams(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Of the invoice, as it was seen.")


class CorrectionParams(VersionParams):
    values = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=True, max_length=fields.LONGEST),
        allow_empty=False,
        help_text='By field, "total" or "line_items.2.amount" (lines count from 0); empty: the invoice has none.',
    )

    def validate_values(self, values: dict[str, str]) -> dict[str, str]:
        if len(values) > MOST_CORRECTIONS:
            raise serializers.ValidationError(_("These are too many fields at once."))
        faults = {path: [why] for path, value in values.items() if (why := fault(path, value))}
        if faults:
            raise serializers.ValidationError(faults)
        return values


def fault(path: str, value: str) -> str | None:
    try:
        return fields.fault(fields.name_of(path), value)
    except fields.NoFieldError as error:
        return str(error)


class Overtaken(APIException):
    status_code = 409
    problem_code = "overtaken"
    default_detail = _("Somebody else has changed this invoice in the meantime.")

    def __init__(self, error: review.Overtaken) -> None:
        super().__init__()
        now = error.invoice
        changes = list(review.changes_since(now, error.seen))
        self.facts = {"version": now.version, "state": now.state, "changes": changes}


class Settled(APIException):
    status_code = 409
    problem_code = "confirmed"
    default_detail = _("This invoice is confirmed. Take the confirmation back to correct it.")


def in_project(request: Request, project_id: int, role: Role = access.READER) -> Project:
    return access.find(asker(request), Project.objects.all(), role=role, pk=project_id)


def invoice_of(request: Request, project_id: int, invoice_id: int, role: Role = access.READER) -> Invoice:
    return access.find(asker(request), Invoice.objects.all(), role=role, project=project_id, pk=invoice_id)


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


@extend_schema(methods=["GET"], responses=DetailSerializer)
@extend_schema(methods=["PATCH"], request=CorrectionParams, responses=DetailSerializer)
@extend_schema(methods=["DELETE"], responses={204: None})
@api_view(["GET", "PATCH", "DELETE"])
def invoice(request: Request, project_id: int, invoice_id: int) -> Response:
    """All of one invoice. PATCH corrects fields of the `version` that was seen: 409 with the other's changes, if
    somebody was quicker. DELETE takes its pages along."""
    role = access.READER if request.method in ("GET", "HEAD") else access.EDITOR
    found = invoice_of(request, project_id, invoice_id, role)
    with told():
        if request.method == "DELETE":
            review.remove(found)
            return Response(status=status.HTTP_204_NO_CONTENT)
        if request.method == "PATCH":
            asked = valid(CorrectionParams, request)
            review.correct(found, asked["version"], asked["values"], asker(request))
    return Response(detail(found))


@contextmanager
def told() -> Iterator[None]:
    """What a review refuses, as answers."""
    try:
        yield
    except review.Overtaken as error:
        raise Overtaken(error) from error
    except review.Settled as error:
        raise Settled from error


def detail(found: Invoice) -> dict[str, Any]:
    """A fixed number of queries."""
    rows = lists.with_problems(Invoice.objects.filter(pk=found.pk), found.project_id).select_related("confirmed_by")
    row: Any = rows.prefetch_related(*WITH_ALL, lists.told_anomalies(found.project_id)).get()
    for each in row.pages.all():
        each.original = original_of(each.page)
    row.values = results.says(row)
    row.candidates, row.differences = row.read.get("candidates", {}), row.read.get("differences", [])
    row.origin = row.read.get("source", "image")
    row.read = readings(row.read)
    row.stale = checking.is_stale(found.project_id)
    return dict(DetailSerializer(row).data)


WITH_ALL = ("pages__page__versions", "pages__page__document", "corrections__by", "issues")


def original_of(page: Page) -> PageVersion:
    """`page.original`, of versions that are here already."""
    return next(version for version in page.versions.all() if version.is_original and not version.reverts_id)


@extend_schema(request=VersionParams, responses=DetailSerializer)
@api_view(["POST"])
def confirm(request: Request, project_id: int, invoice_id: int) -> Response:
    """A person says that the invoice is as the paper says."""
    found = invoice_of(request, project_id, invoice_id, access.EDITOR)
    with told():
        review.confirm(found, valid(VersionParams, request)["version"], asker(request))
    return Response(detail(found))


@extend_schema(request=VersionParams, responses=DetailSerializer)
@api_view(["POST"])
def unconfirm(request: Request, project_id: int, invoice_id: int) -> Response:
    """The confirmation is taken back; the invoice can be corrected again."""
    found = invoice_of(request, project_id, invoice_id, access.EDITOR)
    with told():
        review.take_back(found, valid(VersionParams, request)["version"])
    return Response(detail(found))


class AgainSerializer(AgainParams):
    languages = serializers.ListField(
        child=LanguageField(), max_length=8, required=False, help_text="Default: as before."
    )


@extend_schema(request=AgainSerializer, responses={202: JobSerializer})
@api_view(["POST"])
@parser_classes([BoundedJSONParser])
@idempotent
def read_again(request: Request, project_id: int, invoice_id: int) -> Response:
    """Reads the invoice once more, its page prepared by `recipe`, or as it needs it; corrections stay."""
    found = invoice_of(request, project_id, invoice_id, access.EDITOR)
    asked = valid(AgainSerializer, request)
    first = found.pages.select_related("page").first()
    if found.state != State.REVIEW:
        raise Settled
    if first is None:
        raise Http404(_("The pages of this invoice were deleted."))
    check_room(asker(request), 1)
    languages = asked.get("languages") or (found.job.params.get("languages") if found.job else None) or ["eng"]
    params = {"invoice": found.pk, "recipe": asked["recipe"], "languages": languages}
    job = Job.objects.start(
        AGAIN, project=found.project, document=first.page.document, params=params, pages=[first.page], by=asker(request)
    )
    return accepted(job)


class KeyParams(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=128)


@extend_schema(methods=["POST"], request=KeyParams, responses={201: KeyParams})
@extend_schema(methods=["DELETE"], parameters=[KeyParams], responses={204: None})
@api_view(["POST", "DELETE"])
@idempotent
def dismissals(request: Request, project_id: int) -> Response:
    """POST: this anomaly is none, and stays so when it is found again. DELETE takes that back."""
    project = in_project(request, project_id, access.EDITOR)
    if request.method == "DELETE":
        Dismissal.objects.filter(project=project, key=asked_for(KeyParams, request)["key"]).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
    asked = valid(KeyParams, request)
    Dismissal.objects.get_or_create(project=project, key=asked["key"], defaults={"by": asker(request)})
    return Response(asked, status.HTTP_201_CREATED)


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
    path(f"{here}dismissals/", dismissals, name="invoice-dismissals"),
    path(f"{here}<int:invoice_id>/", invoice, name="invoice"),
    path(f"{here}<int:invoice_id>/confirm/", confirm, name="invoice-confirm"),
    path(f"{here}<int:invoice_id>/read-again/", read_again, name="invoice-read-again"),
    path(f"{here}<int:invoice_id>/unconfirm/", unconfirm, name="invoice-unconfirm"),
]
