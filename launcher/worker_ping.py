"""Ends with 0 as soon as the worker of jobs answers, else with 1: `python -m launcher.worker_ping SECONDS`."""

import os
import sys
import time

from celery import Celery
from kombu.exceptions import OperationalError


def jobs() -> Celery:
    """The broker of the project's jobs; the engine's image, which has no Django, never asks for it."""
    from django_app.config.celery import broker_url
    from django_app.config.secrets import secret

    return Celery(broker=broker_url(secret(os.environ, "RECTO_REDIS_URL")))


def answers(app: Celery, seconds: float, node: str = "worker@") -> bool:
    """Whether a worker whose name begins with `node` answers in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if any(name.startswith(node) for answer in app.control.ping(timeout=0.3) for name in answer):
                return True
        except OperationalError:  # Redis is still starting
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(not answers(jobs(), float(sys.argv[1])))
