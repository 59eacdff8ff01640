"""Finds what a dead worker, a dead broker or a dead web process left behind, and sets it going again."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from django_app.jobs import queue
from django_app.jobs.models import OPEN, Job, JobItem, State

# A running item gives a sign of life every five seconds.
DEAD_AFTER = timedelta(seconds=30)
# A queued item is normally in the broker within milliseconds of the commit.
LATE_AFTER = timedelta(seconds=5)


class Swept(NamedTuple):
    released: int
    enqueued: int
    finished: int


def sweep() -> Swept:
    """Runs often and on every worker at once: each step is a conditional UPDATE, so the second finds nothing."""
    released = release_dead()
    forget_lost_messages()
    return Swept(released, enqueue_waiting(), finish_ended())


def release_dead() -> int:
    """Running items that gave no sign of life."""
    dead = JobItem.objects.filter(state=State.RUNNING, seen_at__lt=Now() - DEAD_AFTER).select_related("job")
    return sum([item.release() for item in dead])


def release_claims(task_id: str) -> int:
    """The item that a worker child held when it died."""
    held = JobItem.objects.filter(state=State.RUNNING, claimed_by=task_id).select_related("job")
    released = [item for item in held if item.release()]
    for item in held:
        queue.enqueue(item.job)
        item.job.finish()
    return len(released)


def forget_lost_messages() -> None:
    """An item that waits while the queues stand empty lost its message with the broker."""
    late = JobItem.objects.filter(state=State.QUEUED, seen_at__lt=Now() - DEAD_AFTER)
    try:
        empty = not any(queue.depth(name) for name in queue.QUEUES)
    except queue.BROKER_ERRORS:
        return
    if empty:
        late.update(seen_at=None)


def enqueue_waiting() -> int:
    waiting = JobItem.objects.filter(job=OuterRef("pk"), state=State.QUEUED, seen_at=None)
    jobs = Job.objects.filter(Exists(waiting), created_at__lt=Now() - LATE_AFTER)
    return sum([queue.enqueue(job) for job in jobs.order_by("created_at")])


def finish_ended() -> int:
    """Jobs whose worker died between the last item's commit and `finish()`."""
    open_items = JobItem.objects.filter(job=OuterRef("pk"), state__in=OPEN)
    return sum([job.finish() for job in Job.objects.filter(~Exists(open_items), finished_at=None)])
