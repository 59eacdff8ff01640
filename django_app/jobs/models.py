"""Work behind the page: a job and its items, whose states are the only truth about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.db.models.functions import Now
from django.urls import reverse

from django_app.jobs import endings, events, queue
from django_app.jobs.items import JobItem
from django_app.jobs.states import OPEN, State, Tally
from telemetry import logs

if TYPE_CHECKING:
    from django_app.documents.models import Document
    from django_app.pages.models import Page
    from django_app.projects.models import Project
    from django_app.users.models import User


class JobQuerySet(models.QuerySet["Job"]):
    def with_tally(self) -> JobQuerySet:
        """Counts the items in the same query, so that a list of jobs costs one."""
        counts = {f"n_{state}": Count("items", filter=Q(items__state=state)) for state in State.values}
        return self.annotate(**counts, n_progress=Sum("items__percent", filter=Q(items__state=State.RUNNING)))

    def active(self) -> JobQuerySet:
        return self.filter(finished_at=None)

    def ended(self) -> JobQuerySet:
        """Those without an open item that do not say yet that they are finished."""
        open_items = JobItem.objects.filter(job=OuterRef("pk"), state__in=OPEN)
        return self.active().filter(~Exists(open_items))

    def start(
        self,
        kind: str,
        *,
        project: Project,
        params: dict[str, Any],
        by: User,
        pages: Iterable[Page] = (),
        names: Sequence[str] = (),
        items: Sequence[JobItem] = (),
        document: Document | None = None,
        batch: bool | None = None,
    ) -> Job:
        """Writes the job and an item per page (or per name, where pages are still to come; or `items` as they are) in
        one transaction and enqueues them on commit. What is of one item is for somebody who waits, unless `batch` says
        otherwise."""
        items = items or [JobItem(page=page) for page in pages] or [JobItem(name=name) for name in names]
        is_batch = len(items) > 1 if batch is None else batch
        with transaction.atomic():
            job = self.create(
                kind=kind,
                project=project,
                document=document,
                params=params,
                created_by=by,
                queue=queue.BATCH if is_batch else queue.INTERACTIVE,
                request_id=logs.request_id(),
            )
            job.hold(items)
        logs.note(job=job.pk)
        return job


class Job(models.Model):
    """`request_id`: of the request that asked for it, or for it again; what is logged of it carries it."""

    PROJECT_PATH = "project"

    kind = models.CharField(max_length=32)
    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="jobs")
    document = models.ForeignKey("documents.Document", models.SET_NULL, null=True, blank=True, related_name="jobs")
    params = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="jobs")
    queue = models.CharField(max_length=16, db_default=queue.BATCH)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True, db_default="")

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=("project", "-created_at")),
            models.Index(fields=("finished_at",), name="jobs_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def tally(self) -> Tally:
        """From the annotations of `with_tally()`, else by one aggregate query."""
        if "n_queued" in self.__dict__:
            counts = {state: self.__dict__[f"n_{state}"] for state in State.values}
            return Tally(**counts, progress=self.__dict__["n_progress"] or 0)
        found = self.items.order_by().values_list("state").annotate(Count("pk"), Sum("percent"))
        progress = next((percent for state, _, percent in found if state == State.RUNNING), 0)
        return Tally(**{state: count for state, count, _ in found}, progress=progress)

    @property
    def state(self) -> str:
        return self.tally.state

    @property
    def result_url(self) -> str | None:
        return self.result_url_of(self.tally)

    def result_url_of(self, tally: Tally) -> str | None:
        """Where an export can be fetched, if it is there."""
        return reverse("jobs:download", args=[self.pk]) if self.kind == "export" and tally.done else None

    def facts(self) -> dict[str, Any]:
        """How far the job is, as programs and events see it."""
        tally = self.tally
        return {
            "kind": self.kind,
            "document": self.document_id,
            "state": tally.state,
            "total": tally.total,
            "done": tally.done,
            "failed": tally.failed,
            "percent": tally.percent,
        }

    def hold(self, items: Sequence[JobItem], after: int = 0) -> None:
        """Writes `items`, their positions behind `after`; enqueues them on commit. Some may have ended before they
        began."""
        for position, item in enumerate(items, start=after + 1):
            item.job, item.position = self, position
        JobItem.objects.bulk_create(items, batch_size=1000)
        transaction.on_commit(lambda: queue.enqueue(self), robust=True)
        if all(item.state not in OPEN for item in items):
            transaction.on_commit(self.finish, robust=True)

    def extend(self, items: Sequence[JobItem]) -> bool:
        """More items for a job, also when its first ones have ended; False if it was cancelled."""
        with transaction.atomic():
            list(Job.objects.select_for_update().filter(pk=self.pk))
            open_again = {"finished_at": None, "told_at": None, "queue": queue.BATCH}
            if not Job.objects.filter(pk=self.pk, cancelled_at=None).update(**open_again):
                return False
            self.queue = queue.BATCH
            self.hold(items, after=self.items.aggregate(last=Max("position"))["last"] or 0)
        return True

    def begin(self) -> None:
        """Its first item has been taken; every item that is taken says so."""
        Job.objects.filter(pk=self.pk, started_at=None).update(started_at=Now())

    def finish(self) -> bool:
        """Sets `finished_at` when no item is open; True for exactly one caller.

        To be called after the item's own commit: two last items that look before it each see the other as open.
        The row lock orders it against `retry()`, which opens items again.
        """
        if self.items.filter(state__in=OPEN).exists():
            return False
        with transaction.atomic():
            list(Job.objects.select_for_update().filter(pk=self.pk))
            finished = Job.objects.ended().filter(pk=self.pk).update(finished_at=Now())
        if finished:
            transaction.on_commit(self.tell_end, robust=True)
        return bool(finished)

    def tell_end(self) -> bool:
        """What its kind has to do at its end, then the news. Until `told_at` notes both, `sweep` does both again."""
        return endings.followed(self) and events.job_finished(self)

    def cancel(self) -> bool:
        """Queued items are cancelled at once, a running one notices at its next step; what is done stays."""
        with transaction.atomic():
            unfinished = Job.objects.filter(pk=self.pk, finished_at=None, cancelled_at=None)
            if not unfinished.update(cancelled_at=Now()):
                return False
            self.items.filter(state=State.QUEUED).update(state=State.CANCELLED, finished_at=Now())
        self.finish()
        queue.enqueue(self)  # its place in the window is free for the person's next job
        return True

    def retry(self) -> int:
        """Queues the failed items again and returns how many there were; what was refused at the door stays so."""
        with transaction.atomic():
            list(Job.objects.select_for_update().filter(pk=self.pk))
            failed = self.items.filter(state=State.FAILED, attempts__gt=0).update(
                state=State.QUEUED,
                attempts=0,
                percent=0,
                code="",
                detail="",
                seen_at=None,
                started_at=None,
                finished_at=None,
                told_at=None,
            )
            if failed:
                again = {"finished_at": None, "cancelled_at": None, "told_at": None}
                Job.objects.filter(pk=self.pk).update(**again, request_id=logs.request_id())
                transaction.on_commit(lambda: queue.enqueue(self), robust=True)
        return failed
