"""How a worker behaves as a whole: the items of dead children are handed on, and a sweep runs every few seconds."""

import logging
from functools import partial
from typing import Any

from celery import bootsteps, current_app
from celery.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import task_failure

from django_app.jobs import queue

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 10


@task_failure.connect  # type: ignore[untyped-decorator]  # Celery brings no types
def hand_on(task_id: str = "", exception: BaseException | None = None, **_: Any) -> None:
    """Runs in the worker's parent process, which opens no database connection: a child does the release."""
    if isinstance(exception, WorkerLostError | TimeLimitExceeded):
        ring("jobs.release", task_id)


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Sweeps at the start, after every reconnection to the broker (which clears timers), and every few seconds."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        sweep = partial(ring, "jobs.sweep", expires=SWEEP_SECONDS)  # while all children are busy they do not pile up
        sweep()
        parent.timer.call_repeatedly(SWEEP_SECONDS, sweep)


def ring(task: str, *arguments: str, expires: int | None = None) -> None:
    try:
        queue.send(task, [arguments], queue.INTERACTIVE, expires=expires)
    except queue.BROKER_ERRORS as error:
        logger.warning("%s was not sent: %s", task, error)


current_app.steps["consumer"].add(Sweep)
