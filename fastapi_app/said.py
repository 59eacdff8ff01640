"""What a child writes to its stderr, libraries of C included: lines of our log, with the ids of the run that they
belong to. They come through a pipe of 64 KiB that never blocks, so a hostile file can neither fill a disk nor stop the
child."""

import logging
import os
from contextlib import suppress
from multiprocessing.connection import Connection

log = logging.getLogger("recto.workers")

MOST_BYTES = 64 * 1024
MOST_LINES, MOST_LETTERS = 20, 500


def speak_into(pipe: Connection) -> None:
    """In the child: its stderr from now on, and that of what it starts."""
    os.set_blocking(pipe.fileno(), False)
    os.dup2(pipe.fileno(), 2)


class Said:
    """Our end of the pipe; outlives the child, whose last words are the most wanted."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        os.set_blocking(pipe.fileno(), False)

    def tell(self, child: int) -> None:
        """Logs what has come since the last time."""
        if self._pipe.closed:
            return
        words = b""
        with suppress(BlockingIOError):
            words = os.read(self._pipe.fileno(), MOST_BYTES)
        for line in words.decode(errors="replace").split("\n")[:MOST_LINES]:
            if line.strip():
                log.warning("%s", line.strip()[:MOST_LETTERS], extra={"child": child})

    def close(self) -> None:
        self._pipe.close()
