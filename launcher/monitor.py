"""Flower, which shows the workers, behind a password: `python -m launcher.monitor ADDRESS PORT`.

The password is RECTO_MONITOR_PASSWORD's, or in the file that RECTO_MONITOR_PASSWORD_FILE names. Neither it nor Redis'
stands on a command line, which everybody may read."""

import os
import sys

from django_app.config.celery import broker_url
from django_app.config.secrets import required, secret

USER = "recto"
KEPT_TASKS = 1000


def main(address: str, port: str) -> None:
    password = required(secret(os.environ, "RECTO_MONITOR_PASSWORD"), "RECTO_MONITOR_PASSWORD")
    environment = os.environ | {
        "CELERY_BROKER_URL": broker_url(secret(os.environ, "RECTO_REDIS_URL")),
        "FLOWER_BASIC_AUTH": f"{USER}:{password}",
    }
    options = [f"--address={address}", f"--port={port}", f"--max-tasks={KEPT_TASKS}"]
    os.execve(sys.executable, [sys.executable, "-m", "celery", "flower", *options], environment)  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
