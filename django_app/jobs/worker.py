"""How a worker behaves as a whole: the items of dead children are handed on, a sweep runs every few seconds, and at its
end the pages in hand are finished or given back."""

import logging
import mmap
import time
import warnings
from functools import partial
from typing import Any

from celery import bootsteps, current_app
from celery.exceptions import SecurityWarning, TimeLimitExceeded, WorkerLostError
from celery.signals import celeryd_init, task_failure, worker_shutting_down
from celery.worker.state import active_requests
from django.conf import settings
from redis.exceptions import RedisError

from django_app.jobs import alive, queue
from telemetry import sentry, traces

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 5
GRACE_SECONDS = 4  # for the page in hand at a shutdown; supervisor waits 10

# When the shutdown began, in hundredths of a second of the monotonic clock; shared with the forked children.
_shutdown = mmap.mmap(-1, 8)
_begun = time.time()


@celeryd_init.connect  # type: ignore[untyped-decorator]
def tell_those_who_run_it(**_: Any) -> None:
    """Warnings as lines like all others, errors and traces to where they are wanted."""
    logging.captureWarnings(True)
    warnings.simplefilter("ignore", SecurityWarning)  # `./recto up` may be root's; a container is not
    sentry.start(settings.SENTRY_DSN, "worker", settings.VERSION)
    traces.start("worker", settings.VERSION)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def note_shutdown(*, seconds_ago: float = 0, **_: Any) -> None:
    _shutdown[:8] = int((time.monotonic() - seconds_ago) * 100).to_bytes(8, "big")


def forget_shutdown() -> None:
    _shutdown[:8] = bytes(8)


def must_give_back() -> bool:
    """Whether the worker is ending and the page in hand has had its time."""
    begun = int.from_bytes(_shutdown[:8], "big")
    return bool(begun) and time.monotonic() > begun / 100 + GRACE_SECONDS


@task_failure.connect  # type: ignore[untyped-decorator]  # Celery brings no types
def hand_on(task_id: str = "", exception: BaseException | None = None, **_: Any) -> None:
    """Runs in the worker's parent process, which opens no database connection: a child does the release."""
    if isinstance(exception, WorkerLostError | TimeLimitExceeded):
        ring("jobs.release", task_id)


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Sweeps at the start, after every reconnection to the broker (which clears timers), and every few seconds. The
    worker says that it lives as often."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        sweep = partial(ring, "jobs.sweep", expires=SWEEP_SECONDS)  # while all children are busy they do not pile up
        for often in (sweep, partial(say_alive, parent)):
            often()
            parent.timer.call_repeatedly(SWEEP_SECONDS, often)


def say_alive(consumer: Any) -> None:
    tasks = [request.id for request in active_requests]
    queues = sorted(consumer.app.amqp.queues.consume_from)
    try:
        alive.say(alive.Worker(consumer.hostname, _begun, time.time(), queues, tasks))
    except RedisError as error:
        logger.warning("this worker could not say that it lives: %s", error)


def ring(task: str, *arguments: str, expires: int | None = None) -> None:
    try:
        queue.send(task, [arguments], queue.INTERACTIVE, expires=expires)
    except queue.BROKER_ERRORS as error:
        logger.warning("%s was not sent: %s", task, error)


current_app.steps["consumer"].add(Sweep)
