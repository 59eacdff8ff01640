"""What is found out of the service when Prometheus asks."""

from collections.abc import Iterator, Mapping

from fastapi import FastAPI
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric

from fastapi_app.errors import QueueUnavailable
from fastapi_app.services import ENGINE_VERSION
from telemetry import metrics


class Running:
    """What goes on in the service just now."""

    def __init__(self, app: FastAPI) -> None:
        self._state = app.state

    def collect(self) -> Iterator[Metric]:
        workers, state = self._state.workers, self._state
        yield _gauge("recto_runs", "Runs in a slot and runs in the line.", "state",
                     {"running": workers.busy, "waiting": workers.waiting})  # fmt: skip
        yield _gauge("recto_run_slots", "Runs that can go on at once.", "", {"": workers.slots})
        yield _gauge("recto_sockets", "Open WebSockets.", "kind", {
            "live": state.live_seats.borrowed_tokens, "listening": state.seats.borrowed_tokens,
        })  # fmt: skip
        yield _gauge("recto_build_info", "The version that runs.", "version", {ENGINE_VERSION: 1})


class Queue:
    """What Redis says of the developer API's tasks; nothing where there is none."""

    def __init__(self, app: FastAPI) -> None:
        self._state = app.state

    def collect(self) -> Iterator[Metric]:
        if not self._state.settings.redis_url:
            return
        try:
            found = self._state.tasks.census()
        except QueueUnavailable:
            yield metrics.up({"redis": False})
            return
        yield metrics.up({"redis": True})
        yield _gauge("recto_queue_messages", "Messages that no worker has taken.", "queue", found.messages)
        yield _gauge("recto_tasks", "Tasks of the developer API that are not over.", "", {"": found.tasks})
        yield _gauge("recto_oldest_task_seconds", "Age of the oldest of them.", "", {"": found.oldest_seconds})
        yield _gauge("recto_workers", "Workers that gave a sign of life.", "service", {"tasks": found.workers})


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Gauge:
    family = Gauge(name, words, labels=[label] if label else [])
    for value_of, value in values.items():
        family.add_metric([value_of] if label else [], value)
    return family
