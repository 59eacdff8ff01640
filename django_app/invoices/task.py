"""A job of invoices as programs see it: a task, how far it is, and each of its files."""

from typing import Any

from django.db.models import QuerySet

from django_app.invoices.intake import KIND
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import Tally

STATUSES = ("queued", "running", "completed", "failed", "cancelled")


def tasks() -> QuerySet[Job]:
    return Job.objects.filter(kind=KIND).with_tally()


def state_of(job: Job) -> str:
    """One that was cancelled is so at once, though a file may still be in hand."""
    return "cancelled" if job.cancelled_at else job.state


def facts(job: Job) -> dict[str, Any]:
    tally = job.tally
    return {
        "task_id": str(job.pk),
        "status": state_of(job),
        "progress": {
            "done": tally.total - tally.open,
            "total": tally.total,
            "percent": tally.percent,
            "stage": stage(job, tally),
        },
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def stage(job: Job, tally: Tally) -> str:
    if not tally.open:
        return "finished"
    return "reading" if job.started_at else "waiting"


def described(job: Job) -> dict[str, Any]:
    """The task with all its files: two queries."""
    files = [file(item) for item in job.items.order_by("position")]
    return facts(job) | {"files": files, "timings": timings(job, files)}


def file(item: JobItem) -> dict[str, Any]:
    """`error` is also the remark on a file that is done, such as that it is another's double."""
    error = {"code": item.code, "detail": item.detail} if item.code else None
    return {
        "name": item.name,
        "state": item.state,
        "attempts": item.attempts,
        "seconds": item.seconds,
        "error": error,
    }


def timings(job: Job, files: list[dict[str, Any]]) -> dict[str, float | None]:
    """Seconds: until the first file was begun, from then to the end, and of one file in the mean."""
    spent = [each["seconds"] for each in files if each["seconds"] is not None]
    return {
        "waited": between(job.created_at, job.started_at),
        "worked": between(job.started_at, job.finished_at),
        "per_file": round(sum(spent) / len(spent), 3) if spent else None,
    }


def between(begin: Any, end: Any) -> float | None:
    return round((end - begin).total_seconds(), 3) if begin and end else None
