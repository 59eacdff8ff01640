"""Finds what a dead worker, a dead broker or a dead web process left behind, and sets it going again."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from django_app.config.storage import media
from django_app.jobs import events, files, queue
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import FRUITLESS, State

# A running item gives a sign of life every half second; with the sweep's own interval a page is going again within 30.
DEAD_AFTER = timedelta(seconds=15)
# An end is normally published within milliseconds of the commit.
UNTOLD_AFTER = timedelta(seconds=5)
AT_ONCE = 500
KEPT = timedelta(days=1)  # what was imported from, and what was exported


class Swept(NamedTuple):
    released: int
    enqueued: int
    finished: int
    told: int


def sweep() -> Swept:
    """Runs often and on every worker at once: each step is a conditional UPDATE, so the second finds nothing."""
    released = release_dead()
    for name in queue.QUEUES:
        forget_lost_messages(name)
    discard_leftovers()
    forget_old_files()
    media.trim()
    return Swept(released, enqueue_waiting(), finish_ended(), tell_untold())


def dead() -> QuerySet[JobItem]:
    """Running items that gave no sign of life."""
    return JobItem.objects.filter(state=State.RUNNING, seen_at__lt=Now() - DEAD_AFTER)


def release_dead() -> int:
    return sum([item.release() for item in dead().select_related("job")])


def begin_again() -> None:
    """After a restore: no worker has anything and no message is under way, so what was open waits again."""
    for item in JobItem.objects.filter(state=State.RUNNING).select_related("job").iterator():
        item.give_back()
    JobItem.objects.filter(state=State.QUEUED).update(seen_at=None)


def release_claims(task_id: str) -> int:
    """The item that a worker child held when it died."""
    held = JobItem.objects.filter(state=State.RUNNING, claimed_by=task_id).select_related("job")
    released = [item for item in held if item.release()]
    for item in held:
        queue.enqueue(item.job)
        item.job.finish()
    return len(released)


def forget_lost_messages(name: str) -> None:
    """More items are announced than the broker holds messages: some were lost. To announce one twice does no harm."""
    announced = JobItem.objects.filter(state=State.QUEUED, job__queue=name, seen_at__isnull=False)
    late = announced.filter(seen_at__lt=Now() - DEAD_AFTER)
    try:
        if late.exists() and queue.depth(name) < announced.count():
            late.update(seen_at=None)
    except queue.BROKER_ERRORS:
        return


def enqueue_waiting() -> int:
    """Fills the windows of all who have waiting items; once for each person and queue."""
    waiting = JobItem.objects.filter(job=OuterRef("pk"), state=State.QUEUED, seen_at=None)
    jobs = Job.objects.filter(Exists(waiting), finished_at=None)
    windows = {(job.created_by_id, job.queue): job for job in jobs}
    return sum([queue.enqueue(job) for job in windows.values()])


def finish_ended() -> int:
    """Jobs whose worker died between the last item's commit and `finish()`."""
    return sum([job.finish() for job in Job.objects.ended()])


def discard_leftovers() -> None:
    """Files of items that ended without a result, and whose worker died before it could remove them."""
    for item in JobItem.objects.filter(state__in=FRUITLESS).exclude(file="").order_by("pk")[:AT_ONCE]:
        item.discard()


def forget_old_files() -> None:
    """What was imported from and not used up, and exports that nobody fetched for a day."""
    exports = JobItem.objects.filter(job__kind="export", job__finished_at__lt=Now() - KEPT).exclude(file="")
    for item in exports[:AT_ONCE]:
        files.remove(item.file)
        JobItem.objects.filter(pk=item.pk).update(file="")
    imports = Job.objects.filter(kind="import", finished_at__lt=Now() - KEPT, params__file__startswith="imports/")
    for job in imports[:AT_ONCE]:
        files.remove(job.params["file"])
        Job.objects.filter(pk=job.pk).update(params=job.params | {"file": ""})
    old = JobItem.objects.filter(source__gt="", job__finished_at__lt=Now() - KEPT)
    for key in old.order_by().values_list("source", flat=True).distinct()[:AT_ONCE]:
        files.remove(key)
        JobItem.objects.filter(source=key).update(source="")


def tell_untold() -> int:
    """Ends that Redis could not be told when they came, or whose worker died just then: a stream without gaps, some of
    it later. A Redis that still cannot be told keeps nobody waiting for each of them."""
    late = Now() - UNTOLD_AFTER
    items = JobItem.objects.filter(state__in=(State.DONE, State.FAILED), told_at=None, finished_at__lt=late)
    jobs = Job.objects.filter(finished_at__lt=late, told_at=None)
    untold = items.select_related("job", "page").order_by("finished_at")[:AT_ONCE]
    told = takewhile(bool, map(events.job_progress, untold))
    finished = takewhile(bool, map(Job.tell_end, jobs.order_by("finished_at")[:AT_ONCE]))
    return len(list(told)) + len(list(finished))
