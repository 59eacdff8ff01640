"""A Redis of the tests' own, on a private socket."""

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self


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
        deadline = time.monotonic() + 10
        while not self._socket.exists():
            assert time.monotonic() < deadline, "Redis does not start"
            time.sleep(0.01)

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
