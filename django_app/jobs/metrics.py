"""What a worker counts, and the port at which Prometheus asks it."""

from typing import Any

from celery.signals import worker_ready
from django.conf import settings

from django_app.config.metrics import metrics
from django_app.jobs.items import JobItem

ITEMS = metrics.Counter("recto_items_total", "Items of jobs that a worker has let go.", ("kind", "state"))
ITEM_SECONDS = metrics.Histogram(
    "recto_item_seconds",
    "Time that a worker had an item.",
    ("kind",),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900),
)


def count_item(item: JobItem, seconds: float) -> None:
    """`queued`: it was given back."""
    ITEMS.labels(item.job.kind, item.state).inc()
    ITEM_SECONDS.labels(item.job.kind).observe(seconds)


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery brings no types
def answer_scrapes(**_: Any) -> None:
    """In the worker's parent process, for its children too."""
    if settings.WORKER_METRICS_PORT:
        metrics.answer_at(settings.WORKER_METRICS_HOST, settings.WORKER_METRICS_PORT, metrics.Memory("worker"))
