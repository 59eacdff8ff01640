"""A Redis of the tests' own, on a private socket."""

import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

import redis

from tests.waiting import until


class RedisServer:
    """Can go and come back; what it was told is on disk."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="recto-")  # a socket's path has at most 107 characters
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = Path(self._folder.name) / "redis.sock"
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        command = ["redis-server", "--port", "0", "--unixsocket", self._socket, "--save", "", "--appendonly", "yes"]
        command += ["--dir", self._folder.name]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers)

    def _answers(self) -> bool:
        """Not before it has loaded what is on disk."""
        with redis.Redis.from_url(self.url, retry=None) as client, suppress(redis.ConnectionError):
            return bool(client.ping())
        return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._socket.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._folder.cleanup()
