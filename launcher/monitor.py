"""Flower, which shows the workers, on this machine and behind a password: `python -m launcher.monitor PORT`.

The password is RECTO_MONITOR_PASSWORD's; neither it nor Redis' stands on a command line, which everybody may read."""

import os
import sys

from django_app.config.celery import broker_url

USER = "recto"
ADDRESS = "127.0.0.1"
KEPT_TASKS = 1000


def main(port: str) -> None:
    environment = os.environ | {
        "CELERY_BROKER_URL": broker_url(os.environ["RECTO_REDIS_URL"]),
        "FLOWER_BASIC_AUTH": f"{USER}:{os.environ['RECTO_MONITOR_PASSWORD']}",
    }
    options = [f"--address={ADDRESS}", f"--port={port}", f"--max-tasks={KEPT_TASKS}"]
    os.execve(sys.executable, [sys.executable, "-m", "celery", "flower", *options], environment)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
