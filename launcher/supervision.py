"""Talks to supervisord over its private socket."""

import http.client
import socket
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast


@dataclass(frozen=True)
class State:
    """What supervisor knows of one program: its state's name (RUNNING, BACKOFF, FATAL …) and its pid (0 = none)."""

    name: str
    state: str
    pid: int


class Supervisor:
    """The programs of one stack. Every call raises OSError when supervisord is not there."""

    def __init__(self, socket_file: Path) -> None:
        self._socket_file = socket_file

    def _ask(self, method: str, *arguments: Any) -> Any:
        """One connection for each question: supervisord may have gone since the last one."""
        with xmlrpc.client.ServerProxy("http://recto", transport=_UnixTransport(self._socket_file)) as server:
            return getattr(server, f"supervisor.{method}")(*arguments)

    def states(self) -> dict[str, State]:
        facts = cast(list[dict[str, Any]], self._ask("getAllProcessInfo"))
        states = [State(one["name"], one["statename"], one["pid"]) for one in facts]
        return {state.name: state for state in states}

    def start(self, name: str) -> None:
        self._ask("startProcess", name, False)

    def stop(self, name: str) -> None:
        """Returns when it has ended; it stays down until `start`."""
        self._ask("stopProcess", name, True)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, socket_file: Path) -> None:
        super().__init__()
        self._socket_file = socket_file

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._socket_file)
        self._connection = host, connection
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, socket_file: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._socket_file = socket_file

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self._socket_file))
        except OSError:
            self.close()
            raise
