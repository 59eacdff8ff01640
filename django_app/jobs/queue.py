"""Into the broker. A message only rings: the rows say what is to be done, so a lost or doubled one does no harm."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from celery import current_app
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from kombu.utils.scheduling import priority_cycle
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from django_app.jobs.models import Job

logger = logging.getLogger(__name__)

INTERACTIVE = "interactive"
BATCH = "batch"
QUEUES = (INTERACTIVE, BATCH)
# How many messages of one person wait in a queue: enough that no process runs dry between two of them.
WINDOW = 16

# Without these a producer waits for a broker that is down until it comes back.
FAIL_FAST = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "socket_connect_timeout": 1}
BROKER_ERRORS = (OperationalError, RedisError, OSError)


class InteractiveFirst(priority_cycle):
    """The order in which a worker looks into its queues (kombu holds them as a set, which has none)."""

    def consume(self, n: int) -> list[str]:
        return sorted(self.items[:n], key=lambda name: QUEUES.index(name) if name in QUEUES else len(QUEUES))


def enqueue(job: Job) -> bool:
    """Fills its owner's window: announces the next of their waiting items, of whichever job.

    So one person's thousand pages never stand before another's: whoever has more waits in rows, not in the broker.
    When the broker is down they stay as they are and `sweep` finds them; the answer is False and nothing is raised.
    """
    chosen = announce_next(job)
    try:
        send("jobs.run", [(pk,) for pk in chosen], job.queue)
    except BROKER_ERRORS as error:
        logger.warning("job %s waits for the broker: %s", job.pk, error)
        job.items.model.objects.filter(pk__in=chosen, state="queued").update(seen_at=None)
        return False
    return bool(chosen)


def announce_next(job: Job) -> list[int]:
    """Marks the items that are to be sent now, each for one caller only."""
    theirs = job.items.model.objects.filter(job__created_by=job.created_by_id, job__queue=job.queue, state="queued")
    with transaction.atomic():
        free = max(0, WINDOW - theirs.filter(seen_at__isnull=False).count())
        waiting = theirs.filter(seen_at=None).order_by("job_id", "position")
        chosen = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:free])
        if chosen:
            job.items.model.objects.filter(pk__in=chosen).update(seen_at=Now())
    return chosen


def send(task: str, messages: Sequence[tuple[int | str, ...]], queue: str, *, expires: int | None = None) -> None:
    """One message per tuple of arguments, over one connection; raises one of `BROKER_ERRORS`."""
    options = {"queue": queue, "retry": False, "expires": expires}
    if not messages:
        return
    with current_app.connection_for_write(transport_options=FAIL_FAST) as connection:
        for arguments in messages:
            current_app.send_task(task, args=arguments, connection=connection, **options)


def depth(queue: str) -> int:
    """Messages that no worker has taken yet; raises one of `BROKER_ERRORS`."""
    with current_app.connection_for_read(transport_options=FAIL_FAST) as connection:
        return int(connection.default_channel.queue_declare(queue).message_count)
