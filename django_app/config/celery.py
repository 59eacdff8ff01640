"""The worker's application. Project jobs keep their state in rows, so Celery stores no result for them."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.config.settings")


def broker_url(redis_url: str) -> str:
    """Celery says `redis+socket://` where redis-py says `unix://`, and `virtual_host` where it says `db`."""
    if redis_url.startswith("unix://"):
        return redis_url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=", 1)
    return redis_url


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery brings no types
def configure_logs(**_: Any) -> None:
    """Ours as it is; Celery would set the least severe line to what its command line says."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


app = Celery("recto")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["django_app.jobs"])
