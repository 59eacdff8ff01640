"""The review of a project's invoices: looked at, corrected, confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.api.idempotency import idempotent
from django_app.api.invoice_lists import asked_for, here, in_project
from django_app.api.invoice_serializers import DetailSerializer
from django_app.api.jobs import JobSerializer, accepted, asker, check_room, valid
from django_app.api.parsers import BoundedJSONParser
from django_app.invoices import checking, fields, lists, reading, results, review
from django_app.invoices.models import Dismissal, Invoice, State
from django_app.invoices.reading import AGAIN, AgainParams
from django_app.invoices.values import readings
from django_app.jobs.models import Job
from django_app.jobs.params import LanguageField
from django_app.pages.models import Page, PageVersion
from django_app.projects import access
from django_app.projects.models import Role

MOST_CORRECTIONS = 500


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


def invoice_of(request: Request, project_id: int, invoice_id: int, role: Role = access.READER) -> Invoice:
    return access.find(asker(request), Invoice.objects.all(), role=role, project=project_id, pk=invoice_id)


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
    """Reads the invoice once more in these languages, its page prepared by `recipe`, or as it needs it; corrections
    stay."""
    found = invoice_of(request, project_id, invoice_id, access.EDITOR)
    asked = valid(AgainSerializer, request)
    first = found.pages.select_related("page").first()
    if found.state != State.REVIEW:
        raise Settled
    if first is None:
        raise Http404(_("The pages of this invoice were deleted."))
    check_room(asker(request), 1)
    languages = asked.get("languages") or reading.languages(found)
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


urlpatterns = [
    path(f"{here}dismissals/", dismissals, name="invoice-dismissals"),
    path(f"{here}<int:invoice_id>/", invoice, name="invoice"),
    path(f"{here}<int:invoice_id>/confirm/", confirm, name="invoice-confirm"),
    path(f"{here}<int:invoice_id>/read-again/", read_again, name="invoice-read-again"),
    path(f"{here}<int:invoice_id>/unconfirm/", unconfirm, name="invoice-unconfirm"),
]
