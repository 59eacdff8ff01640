"""Jobs: started on a page or a document, watched, cancelled, tried again. Every start answers 202 with the job."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.api.idempotency import idempotent
from django_app.api.paging import Pages
from django_app.api.parsers import BoundedJSONParser
from django_app.documents.models import Document
from django_app.jobs.items import JobItem
from django_app.jobs.kinds import KINDS
from django_app.jobs.models import Job
from django_app.jobs.params import ApplyParams, ReadParams
from django_app.jobs.states import OPEN, State
from django_app.pages.models import Page
from django_app.projects import access
from django_app.users.models import User

OVERLAP = timedelta(seconds=2)  # a change becomes visible when it is committed, a moment after its time
TIMES = ["started_at", "finished_at"]
LARGEST_ID = 2**63 - 1  # what a column holds
COLUMNS = ["id", "kind", "document_id", "created_at", *TIMES]


class ItemSerializer(serializers.ModelSerializer[JobItem]):
    page = serializers.IntegerField(source="page_id", allow_null=True)
    number = serializers.IntegerField(source="page.position", default=None, allow_null=True)
    seconds = serializers.FloatField(allow_null=True)

    class Meta:
        model = JobItem
        fields = ("position", "page", "number", "name", "state", "percent", "code", "detail", "seconds")


class JobSummarySerializer(serializers.ModelSerializer[Job]):
    """A job as it stands in a list."""

    document = serializers.IntegerField(source="document_id", allow_null=True)
    state = serializers.CharField(source="tally.state")
    total = serializers.IntegerField(source="tally.total")
    done = serializers.IntegerField(source="tally.done")
    failed = serializers.IntegerField(source="tally.failed")
    percent = serializers.IntegerField(source="tally.percent")
    result = serializers.CharField(source="result_url", allow_null=True, help_text="An export's file, for a day.")

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            *("id", "kind", "document", "state", "total", "done", "failed", "percent", "result"),
            *("created_at", "started_at", "finished_at"),
        )


class JobListSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = JobSummarySerializer(many=True)


class JobSerializer(JobSummarySerializer):
    items = ItemSerializer(many=True)
    now = serializers.DateTimeField(help_text="Of the database; to be sent back as `since`.")

    class Meta(JobSummarySerializer.Meta):
        fields = (*JobSummarySerializer.Meta.fields, "now", "items")


class PageReadParams(ReadParams):
    version = serializers.IntegerField(required=False, allow_null=True, help_text="Default: the current version.")


class DocumentJobParams(serializers.Serializer[dict[str, Any]]):
    """Beside these, what the kind asks for: `recipe` for apply, `languages` for read."""

    kind = serializers.ChoiceField(choices=sorted(name for name, kind in KINDS.items() if kind.is_public))
    pages = serializers.ListField(
        child=serializers.IntegerField(max_value=LARGEST_ID),
        required=False,
        allow_empty=False,
        help_text="Ids. Default: all pages.",
    )


def asker(request: Request) -> User:
    """Whoever is signed in; the API answers nobody else."""
    assert isinstance(request.user, User)
    return request.user


def described(job: Job, since: datetime | None = None) -> dict[str, Any]:
    """The job and its items, or those that changed since then: two queries, however many there are."""
    items = job.items.select_related("page").order_by("position").annotate(now=Now())
    if since is not None:
        late = since - OVERLAP
        items = items.filter(Q(seen_at__gte=late) | Q(finished_at__gte=late) | Q(state=State.RUNNING))
    found, tally = list(items), job.tally
    facts = {
        **{name: getattr(job, name) for name in COLUMNS},
        "tally": tally,
        "result_url": job.result_url_of(tally),
        "now": found[0].now if found else since or timezone.now(),
        "items": found,
    }
    return JobSerializer(facts).data  # type: ignore[arg-type]  # a mapping serves as well as a row


def accepted(job: Job) -> Response:
    job.refresh_from_db(fields=TIMES)
    return Response(described(job), status=status.HTTP_202_ACCEPTED, headers={"Location": f"/api/jobs/{job.pk}/"})


def valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


class TooManyPages(APIException):
    status_code = 429
    wait = 60

    def __init__(self, waiting: int) -> None:
        most = settings.JOB_PAGES_PER_USER
        words = _("%(waiting)d of your pages are still waiting; with these there would be more than %(most)d.")
        super().__init__(words % {"waiting": waiting, "most": most})


def check_room(user: User, count: int) -> None:
    """Raises TooManyPages when one person would have more pages under way than the settings allow."""
    waiting = JobItem.objects.filter(job__created_by=user, state__in=OPEN).count()
    if waiting + count > settings.JOB_PAGES_PER_USER:
        raise TooManyPages(waiting)


def start(request: Request, document: Document, kind: str, params: dict[str, Any], pages: list[int] | None) -> Response:
    """The document is locked first, as whoever deletes pages locks it: no page goes before its item is written."""
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=document.pk)
        wanted = chosen(document, pages)
        check_room(asker(request), len(wanted))
        facts: dict[str, Any] = {"pages": wanted}
        if KINDS[kind].is_whole:
            params = params | {"pages": [page.pk for page in wanted]}
            facts = {"names": [document.name], "batch": len(wanted) > 1}
        job = Job.objects.start(
            kind, project=document.project, document=document, params=params, by=asker(request), **facts
        )
    return accepted(job)


def editable_page(request: Request, page_id: int) -> Page:
    pages = Page.objects.select_related("document__project")
    return access.find(asker(request), pages, role=access.EDITOR, pk=page_id)


@extend_schema(request=ApplyParams, responses={202: JobSerializer})
@api_view(["POST"])
@parser_classes([BoundedJSONParser])
@idempotent
def page_versions(request: Request, page_id: int) -> Response:
    """Save as version: the recipe is applied to the page's original."""
    page = editable_page(request, page_id)
    return start(request, page.document, "apply", valid(ApplyParams, request), [page.pk])


@extend_schema(request=PageReadParams, responses={202: JobSerializer})
@api_view(["POST"])
@idempotent
def page_read(request: Request, page_id: int) -> Response:
    """Read the text of one page."""
    page = editable_page(request, page_id)
    params = valid(PageReadParams, request)
    version = params.get("version")
    if version is not None and not page.versions.filter(pk=version).exists():
        raise serializers.ValidationError({"version": [_("This page has no such version.")]})
    return start(request, page.document, "read", params, [page.pk])


@extend_schema(request=DocumentJobParams, responses={202: JobSerializer})
@api_view(["POST"])
@parser_classes([BoundedJSONParser])
@idempotent
def document_jobs(request: Request, document_id: int) -> Response:
    """One kind of work on all pages of a document, or on some of them."""
    documents = Document.objects.select_related("project")
    document = access.find(asker(request), documents, role=access.EDITOR, pk=document_id)
    asked = valid(DocumentJobParams, request)
    params = valid(KINDS[asked["kind"]].params, request)
    return start(request, document, asked["kind"], params, asked.get("pages"))


def chosen(document: Document, ids: list[int] | None) -> list[Page]:
    """The document's pages in its order; a page of another document is refused."""
    pages = document.pages.order_by("position")
    found = list(pages if ids is None else pages.filter(pk__in=ids))
    if ids is not None and len(found) != len(set(ids)):
        raise serializers.ValidationError({"pages": [_("This document has no such page.")]})
    if not found:
        raise serializers.ValidationError({"pages": [_("This document has no pages yet.")]})
    return found


@extend_schema(
    operation_id="api_jobs_list",
    parameters=[OpenApiParameter("active", bool), OpenApiParameter("document", int)],
    responses=JobListSerializer,
)
@api_view(["GET"])
def jobs(request: Request) -> Response:
    """The jobs of one's projects, newest first; `active=1` leaves out those that have ended."""
    found = Job.objects.filter(pk__in=access.visible(asker(request), Job.objects.all()).values("pk"))
    if request.query_params.get("active") in ("1", "true"):
        found = found.active()
    document = request.query_params.get("document", "")
    if document.isdecimal():
        number = document.lstrip("0")[: len(str(LARGEST_ID)) + 1]  # still too large, but Python can read it
        found = found.filter(document__id=int(number or 0))
    pages = Pages()
    page = pages.paginate_queryset(found.with_tally().order_by("-created_at", "-id"), request)
    return pages.get_paginated_response(JobSummarySerializer(page, many=True).data)


class SinceParams(serializers.Serializer[dict[str, Any]]):
    since = serializers.DateTimeField(required=False, help_text="`now` of an earlier answer: only items changed since.")


@extend_schema(parameters=[SinceParams], responses=JobSerializer)
@api_view(["GET"])
def job(request: Request, job_id: int) -> Response:
    """How far it is. With `since`, of a job of a thousand pages only those that have changed."""
    asked = SinceParams(data=request.query_params)
    asked.is_valid(raise_exception=True)
    found = access.find(asker(request), Job.objects.all(), pk=job_id)
    return Response(described(found, asked.validated_data.get("since")))


@extend_schema(request=None, responses=JobSerializer)
@api_view(["POST"])
def cancel(request: Request, job_id: int) -> Response:
    """What is done stays; a page that is being worked on stops within a second."""
    found = access.find(asker(request), Job.objects.all(), role=access.EDITOR, pk=job_id)
    found.cancel()
    found.refresh_from_db(fields=TIMES)
    return Response(described(found))


@extend_schema(request=None, responses={202: JobSerializer})
@api_view(["POST"])
def retry(request: Request, job_id: int) -> Response:
    """The failed pages again."""
    found = access.find(asker(request), Job.objects.all(), role=access.EDITOR, pk=job_id)
    found.retry()
    return accepted(found)


urlpatterns = [
    path("pages/<int:page_id>/versions/", page_versions, name="page-versions"),
    path("pages/<int:page_id>/read/", page_read, name="page-read"),
    path("documents/<int:document_id>/jobs/", document_jobs, name="document-jobs"),
    path("jobs/", jobs, name="jobs"),
    path("jobs/<int:job_id>/", job, name="job"),
    path("jobs/<int:job_id>/cancel/", cancel, name="job-cancel"),
    path("jobs/<int:job_id>/retry/", retry, name="job-retry"),
]
