"""What is found out of the service when Prometheus asks."""

from collections.abc import Iterator

from fastapi import FastAPI

from fastapi_app.errors import QueueUnavailable
from fastapi_app.services import ENGINE_VERSION
from telemetry.metrics import Metric, gauge, up


class Running:
    """What goes on in the service just now."""

    def __init__(self, app: FastAPI) -> None:
        self._state = app.state

    def collect(self) -> Iterator[Metric]:
        workers, state = self._state.workers, self._state
        yield gauge("recto_runs", "Runs in a slot and runs in the line.", "state",
                     {"running": workers.busy, "waiting": workers.waiting})  # fmt: skip
        yield gauge("recto_run_slots", "Runs that can go on at once.", "", {"": workers.slots})
        yield gauge("recto_sockets", "Open WebSockets.", "kind", {
            "live": state.live_seats.borrowed_tokens, "listening": state.seats.borrowed_tokens,
        })  # fmt: skip
        yield gauge("recto_build_info", "The version that runs.", "version", {ENGINE_VERSION: 1})


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
            yield up({"redis": False})
            return
        yield up({"redis": True})
        yield gauge("recto_queue_messages", "Messages that no worker has taken.", "queue", found.messages)
        yield gauge("recto_tasks", "Tasks of the developer API that are not over.", "", {"": found.tasks})
        yield gauge("recto_oldest_task_seconds", "Age of the oldest of them.", "", {"": found.oldest_seconds})
        yield gauge("recto_workers", "Workers that gave a sign of life.", "service", {"tasks": found.workers})
