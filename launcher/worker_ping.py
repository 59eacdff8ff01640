"""Ends with 0 as soon as the worker of jobs answers, else with 1: `python -m launcher.worker_ping SECONDS`."""

import os
import sys
import time

from celery import Celery
from kombu.exceptions import OperationalError

from django_app.config.celery import broker_url


def answers(redis_url: str, seconds: float) -> bool:
    control = Celery(broker=broker_url(redis_url)).control
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if any(name.startswith("worker@") for answer in control.ping(timeout=0.3) for name in answer):
                return True
        except OperationalError:  # Redis is still starting
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(not answers(os.environ["RECTO_REDIS_URL"], float(sys.argv[1])))
