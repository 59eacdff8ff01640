"""The ports of a stack, and who holds one that is taken."""

import errno
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from launcher.trouble import Trouble

VARIABLES = {
    "nginx": "RECTO_PORT",
    "django": "RECTO_DJANGO_PORT",
    "fastapi": "RECTO_FASTAPI_PORT",
    "monitor": "RECTO_MONITOR_PORT",
    "tls": "RECTO_TLS_PORT",
    "worker_metrics": "RECTO_WORKER_METRICS_PORT",
}
PUBLIC = ("nginx", "tls")


@dataclass(frozen=True)
class Ports:
    """TCP ports of nginx (the public one), Django, FastAPI and, if they are wanted, Flower, TLS and the first of the
    three at which Prometheus asks the workers (0: it does not)."""

    nginx: int = 8080
    django: int = 8000
    fastapi: int = 8001
    monitor: int = 5555
    tls: int = 8443
    worker_metrics: int = 0

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Ports":
        given = {name: variable for name, variable in VARIABLES.items() if env.get(variable)}
        return cls(**{name: _port(env[variable], variable) for name, variable in given.items()})

    @classmethod
    def free(cls) -> "Ports":
        """Some that nobody holds at the moment."""
        with ExitStack() as held:
            ports = {name: _bound(held) for name in VARIABLES if name != "worker_metrics"}
            return cls(**ports, worker_metrics=_three_in_a_row(held))

    def check(self, host: str, *, monitor: bool = False, tls: bool = False) -> None:
        """Raises Trouble for the first port that cannot be had."""
        unwanted = {"monitor": not monitor, "tls": not tls, "worker_metrics": not self.worker_metrics}
        wanted = {name: variable for name, variable in VARIABLES.items() if not unwanted.get(name)}
        if len({getattr(self, name) for name in wanted}) < len(wanted):
            raise Trouble(f"{', '.join(wanted.values())} must be different ports.")
        for name, variable in wanted.items():
            port = getattr(self, name)
            for address in listening_addresses(host) if name in PUBLIC else ["127.0.0.1"]:
                _check(address, port, variable)


def _bound(held: ExitStack, port: int = 0) -> int:
    """A port that is held until `held` ends; 0: any that is free. OSError if it is not."""
    one = held.enter_context(socket.socket())
    one.bind(("127.0.0.1", port))
    return int(one.getsockname()[1])


def _three_in_a_row(held: ExitStack) -> int:
    """The first of three in a row."""
    while True:
        first = _bound(held)
        with suppress(OSError, OverflowError):
            for step in (1, 2):
                _bound(held, first + step)
            return first


def _port(value: str, variable: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise Trouble(f"{variable} is {value!r}; it must be a port number, 1 to 65535.")
    return int(value)


def listening_addresses(host: str) -> list[str]:
    """What nginx binds: `localhost` means both loopback addresses, if the machine has IPv6."""
    if host != "localhost":
        return [host]
    return ["127.0.0.1", "::1"] if _has_ipv6_loopback() else ["127.0.0.1"]


def reachable_name(host: str) -> str:
    """How this machine itself calls what listens on `host`."""
    return "localhost" if host in ("localhost", "0.0.0.0", "::") else in_url(host)  # noqa: S104 - compared, not bound


def in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _check(address: str, port: int, variable: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Trouble(_reason(error, address, port, variable)) from error


def _reason(error: OSError, address: str, port: int, variable: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by {holder(port) or 'another program'}; set {variable} or stop it."
    if error.errno == errno.EACCES:
        return f"Port {port} needs root's right; set {variable} to one above 1023."
    return f"This machine cannot listen on {address}, port {port}: {error.strerror}."


def holder(port: int) -> str | None:
    """'nginx (process 123)', as far as this account may see it."""
    inodes = set(_listening_inodes(port))
    for folder in Path("/proc").glob("[0-9]*/fd"):
        links = set(_open_files(folder))
        if any(f"socket:[{inode}]" in links for inode in inodes):
            return f"{(folder.parent / 'comm').read_text().strip()} (process {folder.parent.name})"
    return None


def _open_files(folder: Path) -> Iterator[str]:
    """What a process's descriptors point at; nothing for somebody else's process. Some close while we look."""
    try:
        links = list(folder.iterdir())
    except OSError:
        return
    for link in links:
        with suppress(OSError):
            yield str(link.readlink())


def _listening_inodes(port: int) -> Iterator[str]:
    listening = "0A"
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else []:
            fields = re.split(r"\s+", line.strip())
            if fields[3] == listening and int(fields[1].rsplit(":", 1)[1], 16) == port:
                yield fields[9]
