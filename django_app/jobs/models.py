"""Work behind the page: a job and its items. The items' states are the only truth about a job.

Every change of state is one conditional UPDATE that answers "did exactly one row change?", so a message that Redis
delivers twice, a worker that wakes up late and a person who cancels at the same moment cannot undo one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from django_app.jobs import endings, events, files, queue

if TYPE_CHECKING:
    from django_app.documents.models import Document
    from django_app.pages.models import Page
    from django_app.projects.models import Project
    from django_app.users.models import User

MAX_ATTEMPTS = 3


class State(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.QUEUED, State.RUNNING)
FRUITLESS = (State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Tally:
    """How many items of a job are in which state, and what follows from that.

    `progress`: the percentages of the running items, added up.
    """

    queued: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    progress: int = 0

    @property
    def total(self) -> int:
        return self.queued + self.running + self.done + self.failed + self.cancelled

    @property
    def open(self) -> int:
        return self.queued + self.running

    @property
    def percent(self) -> int:
        return (100 * (self.total - self.open) + self.progress) // self.total if self.total else 100

    @property
    def state(self) -> str:
        """A job of which anything came out is completed; `failed` beside it says how many pages were not."""
        if self.open:
            return "queued" if self.queued == self.total else "running"
        if self.cancelled:
            return "cancelled"
        return "failed" if self.failed and not self.done else "completed"


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
            )
            job.hold(items)
        return job


class Job(models.Model):
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

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [models.Index(fields=("project", "-created_at"))]

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
                Job.objects.filter(pk=self.pk).update(finished_at=None, cancelled_at=None, told_at=None)
                transaction.on_commit(lambda: queue.enqueue(self), robust=True)
        return failed


class JobItem(models.Model):
    """One page of a job, or with a `name` something of which pages or a file are made.

    seen_at: queued = when it entered the broker (null: not yet), running = last sign of life. told_at: when its end was
    published. file: what the current attempt writes, named before it is written and until it is removed, so that
    nothing is left behind. source: the uploaded file that it is made of, or the archive in which that is called `name`.
    address: the URL of what came out.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    page = models.ForeignKey("pages.Page", models.SET_NULL, null=True, blank=True, related_name="job_items")
    name = models.CharField(max_length=255, blank=True, db_default="")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(db_default=0)
    file = models.CharField(max_length=200, blank=True, db_default="")
    source = models.CharField(max_length=200, blank=True, db_default="")
    address = models.CharField(max_length=200, blank=True, db_default="")
    claimed_by = models.CharField(max_length=64, blank=True, default="")
    code = models.CharField(max_length=64, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    seen_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=("job", "position"), name="one_item_per_position")]
        indexes = [
            models.Index(fields=("job", "state")),
            models.Index(fields=("state", "seen_at"), condition=Q(state__in=("queued", "running")), name="open_items"),
            models.Index(fields=("job", "position"), condition=Q(state="queued", seen_at=None), name="waiting_items"),
            models.Index(
                fields=("finished_at",), condition=Q(state__in=("done", "failed"), told_at=None), name="untold_items"
            ),
            models.Index(fields=("source",), condition=Q(source__gt=""), name="items_with_source"),
            models.Index(
                fields=("id",), condition=Q(state__in=("failed", "cancelled")) & ~Q(file=""), name="leftover_files"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.position}"

    @property
    def seconds(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds(), 3)

    def claim(self, by: str = "") -> bool:
        """Takes the item for one delivery; whoever comes second gets nothing.

        A message that has had the item before does not get it again: the news of its first worker's death may still be
        under way, and would take the item from the second. Whoever gives an item back has another message sent.
        """
        free = JobItem.objects.filter(pk=self.pk, state=State.QUEUED)
        claimed = (free.exclude(claimed_by=by) if by else free).update(
            state=State.RUNNING,
            attempts=F("attempts") + 1,
            percent=0,
            claimed_by=by,
            started_at=Now(),
            seen_at=Now(),
        )
        if claimed:
            Job.objects.filter(pk=self.job_id, started_at=None).update(started_at=Now())
            self._reload()
            transaction.on_commit(lambda: events.job_progress(self), robust=True)
        return bool(claimed)

    def beat(self, percent: int = 0) -> bool:
        """Leaves a sign of life; False when the item is no longer this worker's, or its job was cancelled."""
        return bool(self._mine().filter(job__cancelled_at=None).update(seen_at=Now(), percent=percent))

    def becomes(self, page: Page) -> None:
        """What was only a name is a page now; in the transaction that completes it."""
        self.page = page
        JobItem.objects.filter(pk=self.pk).update(page=page)

    def note(self, code: str, detail: str) -> None:
        """What is to be said of an item that is done all the same; in the transaction that completes it."""
        self.code, self.detail = code, detail

    def use_up(self) -> None:
        """What it was made of is needed no more; in the transaction that completes it, which may be tried twice. The
        row names it until it is gone, so that a worker that dies here leaves it to the sweep."""
        transaction.on_commit(self._remove_source, robust=True)

    def drop_file(self) -> None:
        """What it has written turned out to be there already; in the transaction that completes it. A worker that dies
        here leaves an orphan to `check`."""
        transaction.on_commit(self._remove_file, robust=True)

    def _remove_file(self) -> None:
        if files.remove(self.file):
            JobItem.objects.filter(pk=self.pk, file=self.file).update(file="")

    def _remove_source(self) -> None:
        if files.remove(self.source):
            JobItem.objects.filter(pk=self.pk, source=self.source).update(source="")

    def announce(self, file: str) -> bool:
        """Says which file this attempt is about to write; False as `beat`. What an earlier one left goes first."""
        files.remove(self.file)
        self.file = file
        return bool(self._mine().filter(job__cancelled_at=None).update(seen_at=Now(), file=file))

    def complete(self, address: str = "") -> bool:
        """To be called inside the transaction that writes the result: if it says False, roll that back."""
        return self._end(State.DONE, code=self.code, detail=self.detail, address=address)

    def is_completed(self) -> bool:
        """Whether this very attempt has completed it: a database that went away in the commit may have committed."""
        return JobItem.objects.filter(
            pk=self.pk, state=State.DONE, attempts=self.attempts, claimed_by=self.claimed_by
        ).exists()

    def fail(self, code: str, detail: str) -> bool:
        return self._end_without(State.FAILED, code=code, detail=detail)

    def stop(self) -> bool:
        """A running item of a cancelled job ends here."""
        return self._mine().filter(job__cancelled_at__isnull=False).exists() and self._end_without(State.CANCELLED)

    def release(self) -> bool:
        """Its worker died: back into the queue, or set aside after three attempts. True if it is queued again."""
        if self.stop():
            return False
        if self.attempts >= MAX_ATTEMPTS:
            self.fail("worker_lost", str(_("The worker died three times on this page, so it was set aside.")))
            return False
        return self._give_back(F("attempts"))

    def give_back(self) -> bool:
        """Its worker is being shut down: back into the queue, and it is nobody's fault."""
        return not self.stop() and self._give_back(F("attempts") - 1)

    def _give_back(self, attempts: models.F | CombinedExpression) -> bool:
        waiting = {"state": State.QUEUED, "seen_at": None, "started_at": None, "percent": 0, "attempts": attempts}
        given = self._mine().update(**waiting)
        if given:
            files.remove(self.file)
        return bool(given)

    def _mine(self) -> models.QuerySet[JobItem]:
        """The row, while it is still in the very attempt that this object stands for."""
        return JobItem.objects.filter(
            pk=self.pk, state=State.RUNNING, attempts=self.attempts, claimed_by=self.claimed_by
        )

    def discard(self) -> None:
        """Removes what was written without a result. Until that is gone the row names it, and `sweep` tries again."""
        if self.state in FRUITLESS and self.file and files.remove(self.file):
            JobItem.objects.filter(pk=self.pk, file=self.file, state__in=FRUITLESS).update(file="")

    def _end_without(self, state: State, code: str = "", detail: str = "") -> bool:
        """An end without a result: what the attempt has written goes with it."""
        ended = self._end(state, code=code, detail=detail)
        if ended:
            self.discard()
        return ended

    def _end(self, state: State, **facts: str) -> bool:
        ended = self._mine().update(state=state, finished_at=Now(), told_at=None, **facts)
        if ended:
            self._reload()
            transaction.on_commit(lambda: events.job_progress(self), robust=True)
        return bool(ended)

    def _reload(self) -> None:
        changed = ["state", "attempts", "claimed_by", "file", "address", "code", "detail", "started_at", "finished_at"]
        self.refresh_from_db(fields=changed)
