"""Into the broker. A message only rings: the rows say what is to be done, so a lost or doubled one does no harm."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from celery import current_app
from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from kombu.utils.scheduling import priority_cycle
from redis.exceptions import RedisError

from django_app.config.middleware import request_id

if TYPE_CHECKING:
    from django_app.jobs.models import Job

logger = logging.getLogger(__name__)

INTERACTIVE = "interactive"
BATCH = "batch"
QUEUES = (INTERACTIVE, BATCH)

# Without these a producer waits for a broker that is down until it comes back.
FAIL_FAST = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "socket_connect_timeout": 1}
BROKER_ERRORS = (OperationalError, RedisError, OSError)


class InteractiveFirst(priority_cycle):
    """The order in which a worker looks into its queues (kombu holds them as a set, which has none)."""

    def consume(self, n: int) -> list[str]:
        return sorted(self.items[:n], key=lambda name: QUEUES.index(name) if name in QUEUES else len(QUEUES))


def enqueue(job: Job) -> bool:
    """Sends a message for every item that is queued and not yet in the broker.

    When the broker is down they stay as they are and `sweep` finds them; the answer is False and nothing is raised.
    """
    waiting = list(job.items.filter(state="queued", seen_at=None).values_list("pk", flat=True))
    name = INTERACTIVE if job.items.count() == 1 else BATCH
    try:
        send("jobs.run", [(pk,) for pk in waiting], name)
    except BROKER_ERRORS as error:
        logger.warning("job %s waits for the broker: %s", job.pk, error)
        return False
    job.items.filter(state="queued", seen_at=None).update(seen_at=Now())
    return True


def send(task: str, messages: Sequence[tuple[int | str, ...]], queue: str, *, expires: int | None = None) -> None:
    """One message per tuple of arguments, over one connection; raises one of `BROKER_ERRORS`."""
    options = {"queue": queue, "retry": False, "expires": expires, "headers": {"request_id": request_id.get()}}
    with current_app.connection_for_write(transport_options=FAIL_FAST) as connection:
        for arguments in messages:
            current_app.send_task(task, args=arguments, connection=connection, **options)


def depth(queue: str) -> int:
    """Messages that no worker has taken yet; raises one of `BROKER_ERRORS`."""
    with current_app.connection_for_read(transport_options=FAIL_FAST) as connection:
        return int(connection.default_channel.queue_declare(queue).message_count)
