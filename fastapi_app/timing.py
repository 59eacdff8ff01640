"""How long the steps of a work took, as a child tells its parent."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi_app.services import pipeline, reading
from fastapi_app.services.layout import Page

READ = "read"
Timings = list[dict[str, Any]]


def of_steps(event: pipeline.Complete) -> Timings:
    return [{"name": each.name, "seconds": each.seconds} for each in event.timings]


def timed(events: Iterable[reading.Event]) -> Iterator[tuple[reading.Event, dict[str, Timings]]]:
    """Each event of a reading with what is known by then: a preparation's steps at its end, and with the page what was
    left for reading it."""
    begun, prepared = time.perf_counter(), 0.0
    for event in events:
        told: dict[str, Timings] = {}
        if isinstance(event, pipeline.Complete):
            told["timings"] = of_steps(event)
            prepared += sum(each.seconds for each in event.timings)
        elif isinstance(event, Page):
            told["timings"] = [{"name": READ, "seconds": time.perf_counter() - begun - prepared}]
        yield event, told
