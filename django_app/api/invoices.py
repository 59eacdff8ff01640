"""Invoices of a project as tasks: uploaded, watched, cancelled, fetched."""

from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.api.idempotency import idempotent
from django_app.api.invoice_files import IN_FORMATS, file_of, in_formats
from django_app.api.invoice_tasks import (
    AnomaliesSerializer,
    CancelledSerializer,
    InvoiceUploadSerializer,
    TaskFilesSerializer,
    TaskSerializer,
    TaskStatusSerializer,
    ValidationSerializer,
)
from django_app.api.jobs import asker, check_room
from django_app.invoices import checking, findings, intake, task
from django_app.invoices.models import Invoice
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import OPEN
from django_app.projects import access
from django_app.projects.models import Project, Role
from django_app.texts.languages import USUAL


class TooManyBytes(APIException):
    status_code = 413
    default_detail = _("One request takes %(most)d MiB of files. Send the rest with `task_id` in another one.") % {
        "most": settings.MAX_UPLOAD_BYTES // 1024**2
    }


class Cancelled(APIException):
    status_code = 409
    default_detail = _("This task was cancelled; start another one.")


@extend_schema(request=InvoiceUploadSerializer, responses={202: TaskSerializer})
@api_view(["POST"])
@parser_classes([MultiPartParser])
@idempotent
def process_invoices(request: Request, project_id: int) -> Response:
    """Reads all the files behind the page. What is refused has its reason in `ocr-check-task`; the others go on."""
    project = access.find(asker(request), Project.objects.all(), role=access.EDITOR, pk=project_id)
    given = InvoiceUploadSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    asked = given.validated_data
    check_bytes(asked["files"])
    earlier = found(request, project_id, asked["task_id"], access.EDITOR) if "task_id" in asked else None
    with intake.stored(asked["files"]) as items:
        check_room(asker(request), sum(item.state in OPEN for item in items))
        job = begun(request, project, items, asked) if earlier is None else extended(earlier, items)
    headers = {"Location": f"/api/projects/{project_id}/ocr-status/{job.pk}/"}
    return Response({"task_id": str(job.pk), "files": len(items)}, status.HTTP_202_ACCEPTED, headers=headers)


def check_bytes(files: list[Any]) -> None:
    """nginx refuses such a body before it comes here; who asks this port directly hears the same."""
    if sum(file.size or 0 for file in files) > settings.MAX_UPLOAD_BYTES:
        raise TooManyBytes


def begun(request: Request, project: Project, items: list[JobItem], asked: dict[str, Any]) -> Job:
    return intake.begin(project, items, asker(request), asked.get("languages") or USUAL)


def extended(job: Job, items: list[JobItem]) -> Job:
    if not job.extend(items):
        raise Cancelled
    return job


def found(request: Request, project_id: int, task_id: int, role: Role = access.READER) -> Job:
    """The task, if it is of this project."""
    return access.find(asker(request), task.tasks(), role=role, project=project_id, pk=task_id)


@extend_schema(responses=TaskStatusSerializer)
@api_view(["GET"])
def ocr_status(request: Request, project_id: int, task_id: int) -> Response:
    """How far the task is."""
    return Response(task.facts(found(request, project_id, task_id)))


@extend_schema(request=None, responses=CancelledSerializer)
@api_view(["POST"])
def ocr_cancel(request: Request, project_id: int, task_id: int) -> Response:
    """What is done stays; a task that has ended already stays what it is."""
    job = found(request, project_id, task_id, access.EDITOR)
    job.cancel()
    job.refresh_from_db(fields=["cancelled_at"])
    return Response({"status": task.state_of(job)})


@extend_schema(responses=TaskFilesSerializer)
@api_view(["GET"])
def ocr_check_task(request: Request, project_id: int, task_id: int) -> Response:
    """The task with every file's state, its attempts, its seconds, and why it was not read if it was not."""
    return Response(task.described(found(request, project_id, task_id)))


@extend_schema(responses=IN_FORMATS)
@in_formats("GET")
def ocr_download(request: Request, project_id: int, task_id: int) -> HttpResponseBase:
    """What was read so far, with the corrections."""
    job = found(request, project_id, task_id)
    read = Invoice.objects.filter(job=job).order_by("item__position", "id")
    name = job.document.name if job.document else str(job.pk)
    return file_of(request, read, name, task_id=str(job.pk))


@extend_schema(responses=ValidationSerializer)
@api_view(["GET"])
def ocr_validation(request: Request, project_id: int, task_id: int) -> Response:
    """What is wrong with each invoice, as the last check found it."""
    job = found(request, project_id, task_id)
    return Response(findings.validation(job) | {"stale": checking.is_stale(project_id)})


@extend_schema(responses=AnomaliesSerializer)
@api_view(["GET"])
def ocr_anomalies(request: Request, project_id: int, task_id: int) -> Response:
    """What is strange about the task's invoices among all of the project, unless somebody said that it is not."""
    job = found(request, project_id, task_id)
    return Response({"anomalies": findings.anomalies(job), "stale": checking.is_stale(project_id)})


in_project = "projects/<int:project_id>/"
urlpatterns = [
    path(f"{in_project}process-invoices/", process_invoices, name="process-invoices"),
    path(f"{in_project}ocr-status/<int:task_id>/", ocr_status, name="ocr-status"),
    path(f"{in_project}ocr-cancel/<int:task_id>/", ocr_cancel, name="ocr-cancel"),
    path(f"{in_project}ocr-download/<int:task_id>/", ocr_download, name="ocr-download"),
    path(f"{in_project}ocr-validation/<int:task_id>/", ocr_validation, name="ocr-validation"),
    path(f"{in_project}ocr-anomalies/<int:task_id>/", ocr_anomalies, name="ocr-anomalies"),
    path(f"{in_project}ocr-check-task/<int:task_id>/", ocr_check_task, name="ocr-check-task"),
]
