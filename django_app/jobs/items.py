"""An item of a job: one page, or one file of which pages are made, from the queue to its end.

Every change of state is one conditional UPDATE that answers "did exactly one row change?", so a message that Redis
delivers twice, a worker that wakes up late and a person who cancels at the same moment cannot undo one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from django_app.jobs import events, files
from django_app.jobs.states import FRUITLESS, State

if TYPE_CHECKING:
    from django_app.pages.models import Page

MAX_ATTEMPTS = 3


class JobItem(models.Model):
    """One page of a job, or with a `name` something of which pages or a file are made.

    seen_at: queued = when it entered the broker (null: not yet), running = last sign of life. told_at: when its end was
    published. file: what the current attempt writes, named before it is written and until it is removed, so that
    nothing is left behind. source: the uploaded file that it is made of, or the archive in which that is called `name`.
    address: the URL of what came out.
    """

    job = models.ForeignKey("jobs.Job", models.CASCADE, related_name="items")
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
            self.job.begin()
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
