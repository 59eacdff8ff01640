"""One work in a child of its own, for callers without an event loop: the workers of the queue."""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from fastapi_app import measures
from fastapi_app.child import Bounds
from fastapi_app.children import Event, kill_group, read_message, start_fork_server, start_process
from fastapi_app.scratch import PAGE, Scratch, sweep
from fastapi_app.services.errors import TimedOut

__all__ = ["Confinement", "LostError", "perform", "start_fork_server", "sweep_folders"]

LOOK_SECONDS = 0.25


class LostError(Exception):
    """The child died in its work: out of memory, a crash in a decoder, a kill from outside."""


@dataclass(frozen=True)
class Confinement:
    """What one work may use; `limits` are those of the files that it decodes."""

    seconds: float
    memory_bytes: int
    limits: dict[str, int]

    def bounds(self, folder: str) -> Bounds:
        return Bounds(self.memory_bytes, math.ceil(self.seconds) + 1, 1, folder)


Beat = Callable[[int], None]


def sweep_folders() -> None:
    """Those that killed workers have left."""
    sweep(PAGE)


def perform(work: str, arguments: dict[str, Any], within: Confinement, beat: Beat) -> Iterator[Event]:
    """The work's events as they come. `beat` is called every LOOK_SECONDS with the percentage that is done; whatever it
    raises ends the child at once.

    Raises EngineError, LostError.
    """
    folder = Scratch(PAGE)
    process, pipe, said = start_process(within.bounds(str(folder.path / "own")))
    try:
        with measures.measured(work):
            pipe.send_bytes(json.dumps({"work": work, "arguments": arguments, "limits": within.limits}).encode())
            yield from _events(pipe, within.seconds, beat)
    finally:
        kill_group(process.pid or 0)
        said.tell(process.pid or 0)
        said.close()
        pipe.close()
        process.join(1)
        folder.remove()


def _events(pipe: Connection, seconds: float, beat: Beat) -> Iterator[Event]:
    deadline, percent = time.monotonic() + seconds, 0
    while True:
        beat(percent)
        if time.monotonic() > deadline:
            raise TimedOut(f"The work took longer than {seconds:g} seconds and was stopped.")
        if not pipe.poll(LOOK_SECONDS):
            continue
        try:
            event = read_message(pipe)
        except (EOFError, OSError) as error:
            measures.CRASHES.inc()
            raise LostError from error
        if event is None:
            return
        measures.count_steps(event.facts)
        percent = int(event.facts.get("percent", percent))
        yield event
