"""What runs in a child process: commands come in on a pipe, events go out, and nothing here can reach further.

The wire, in both directions, is JSON (and raw bytes after an event that announces them): what a hostile image might
have taken over must not be able to hand us a pickle.

parent → child   {"work": NAME, "arguments": {…}, "limits": {…}}   or   {"stop": true}
child → parent   {"event": {…}, "bytes": bool} [+ bytes]   …   then {"end": true}   or   {"error": CODE, …}
"""

import ctypes
import json
import os
import resource
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fastapi_app.said import speak_into
from fastapi_app.services.errors import EngineError

# The service imports this module for `serve`; OpenCV and the works are imported in the functions, by the child alone.
OPEN_FILES = 64
NICE = 5  # behind whoever started it and answers everybody, whatever the pages cost
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Bounds:
    """What a child may use: bytes of address space, CPU seconds a command, OpenCV threads, a folder of its own."""

    memory_bytes: int
    cpu_seconds: int
    threads: int
    folder: str


def serve(pipe: Connection, stderr: Connection, bounds: Bounds) -> None:
    """Obey commands until the parent closes the pipe."""
    speak_into(stderr)
    _confine(bounds)
    _rehearse()
    with suppress(EOFError, BrokenPipeError):
        while True:
            command = json.loads(pipe.recv_bytes())
            if "work" in command:
                _perform(pipe, command, bounds)


def _confine(bounds: Bounds) -> None:
    """A process group of its own (so that Tesseract dies with it), limits, and an end when the fork server ends."""
    os.setsid()
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    import cv2

    cv2.setNumThreads(bounds.threads)
    Path(bounds.folder).mkdir(mode=0o700)
    os.chdir(bounds.folder)
    tempfile.tempdir = bounds.folder


def _rehearse() -> None:
    """The command that comes meanwhile waits in the pipe."""
    from fastapi_app import warm

    warm.rehearse()


def _perform(pipe: Connection, command: dict[str, Any], bounds: Bounds) -> None:
    """One command to its end, its typed error, or the stop that came in between; anything else ends the process."""
    from fastapi_app import work
    from fastapi_app.services.raster import Limits

    _allow_cpu(bounds.cpu_seconds)
    messages = work.WORKS[command["work"]](limits=Limits(**command["limits"]), **command["arguments"])
    try:
        for facts, data in messages:
            _send(pipe, facts, data)
            if pipe.poll():
                pipe.recv_bytes()
                messages.close()
    except EngineError as error:
        facts = {key: value for key, value in error.facts.items() if _is_plain(value)}
        pipe.send_bytes(json.dumps({"error": error.code, "message": str(error), "facts": facts}).encode())
        return
    pipe.send_bytes(b'{"end": true}')


def _allow_cpu(seconds: int) -> None:
    """So much more CPU time from now on; a child of a socket lives through many commands."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def _send(pipe: Connection, facts: dict[str, Any], data: bytes) -> None:
    pipe.send_bytes(json.dumps({"event": facts, "bytes": bool(data)}).encode())
    if data:
        pipe.send_bytes(data)


def _is_plain(value: object) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
