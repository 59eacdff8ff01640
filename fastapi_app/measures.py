"""What the engine's works cost and what they refuse, counted by whoever asks a child for them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi_app.services.errors import EngineError
from telemetry import traces
from telemetry.metrics import Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)

STEPS = Histogram("recto_step_seconds", "Time of a step: a recipe's, decode, encode, read.", ("step",), buckets=SECONDS)
WORKS = Histogram("recto_work_seconds", "Time of a whole work in a child.", ("work", "outcome"), buckets=SECONDS)
REFUSALS = Counter("recto_refusals_total", "Images and wishes that the engine refused.", ("code",))
CRASHES = Counter("recto_child_crashes_total", "Children that ended in their work.")


@contextmanager
def measured(work: str) -> Iterator[None]:
    """Counts the block as one work: done, refused by the engine, or broken off."""
    begun, outcome = time.monotonic(), "broken_off"
    with traces.piece(f"work {work}") as span:
        try:
            yield
            outcome = "done"
        except EngineError as error:
            outcome = "refused"
            REFUSALS.labels(error.code).inc()
            raise
        finally:
            span["recto.outcome"] = outcome
            WORKS.labels(work, outcome).observe(time.monotonic() - begun)


def count_steps(facts: Mapping[str, Any]) -> None:
    """Those that a child has told of."""
    for timing in facts.get("timings", ()):
        STEPS.labels(timing["name"]).observe(timing["seconds"])
    for name in ("decode", "encode"):
        if f"{name}_seconds" in facts:
            STEPS.labels(name).observe(facts[f"{name}_seconds"])
