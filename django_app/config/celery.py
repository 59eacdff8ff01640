"""The worker's application. Project jobs keep their state in rows, so Celery stores no result for them."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.config.settings")


def broker_url(redis_url: str) -> str:
    """Celery says `redis+socket://` where redis-py says `unix://`, and `virtual_host` where it says `db`."""
    if redis_url.startswith("unix://"):
        return redis_url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=", 1)
    return redis_url


app = Celery("recto")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["django_app.jobs"])
