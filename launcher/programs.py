"""The programs of a stack as supervisor starts them."""

import hashlib
import os
import resource
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher import commands
from launcher.install import program
from launcher.places import PYTHON, ROOT
from launcher.ports import Ports

MONITOR_PASSWORD = ("RECTO_MONITOR_PASSWORD", "RECTO_MONITOR_PASSWORD_FILE")
# What only Django and its worker may know, and the password of Flower.
SECRETS = (
    *("RECTO_SECRET_KEY", "RECTO_SECRET_KEY_FILE", "RECTO_DATABASE_URL", "RECTO_DATABASE_URL_FILE"),
    *("RECTO_JWT_PRIVATE_KEY_FILE", "RECTO_USER", "RECTO_PASSWORD", "RECTO_PASSWORD_FILE"),
    *("RECTO_S3_ACCESS_KEY", "RECTO_S3_ACCESS_KEY_FILE", "RECTO_S3_SECRET_KEY", "RECTO_S3_SECRET_KEY_FILE"),
    *MONITOR_PASSWORD,
)
HERE = "127.0.0.1"
DESCRIPTORS = 8192  # of a process; nginx.conf.template says the same
# A worker's children are told by the worker itself: a signal from outside would lose what they are doing.
WORKER: dict[str, Any] = {"knows_secrets": True, "held": True, "stop_group": False}


@dataclass(frozen=True)
class Layout:
    """The folders of one stack. `run` holds sockets, whose names may not be longer than about 100 bytes."""

    var: Path
    run: Path

    @classmethod
    def under(cls, var: Path) -> "Layout":
        run = var / "run"
        if len(os.fsencode(run)) > 80:
            run = Path(tempfile.gettempdir()) / f"recto-{os.getuid()}-{_short_hash(var)}"
        return cls(var, run)

    def make(self) -> None:
        for folder in (self.var / "log", self.var / "media", self.var / "redis", self.var / "static"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.run / "nginx").mkdir(exist_ok=True)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


@dataclass(frozen=True)
class Program:
    """One section of supervisor's configuration. Programs start from low to high priority and stop the other way."""

    name: str
    command: tuple[str, ...]
    priority: int
    knows_secrets: bool = False
    stop_seconds: int = 10
    held: bool = False
    stop_group: bool = True
    keeps: tuple[str, ...] = ()

    def section(self, log: Path) -> str:
        forgotten = () if self.knows_secrets else tuple(name for name in SECRETS if name not in self.keeps)
        forget = ("/usr/bin/env", *(word for name in forgotten for word in ("-u", name))) if forgotten else ()
        settings = {
            "command": shlex.join([*forget, *self.command]).replace("%", "%%"),
            "priority": self.priority,
            "autostart": "false" if self.held else "true",
            "autorestart": "true",
            "startsecs": 1,
            "startretries": 3,
            "stopsignal": "TERM",
            "stopwaitsecs": self.stop_seconds,
            "stopasgroup": "true" if self.stop_group else "false",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": log,
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": 3,
        }
        return f"[program:{self.name}]\n" + "".join(f"{key}={value}\n" for key, value in settings.items())


def programs(layout: Layout, ports: Ports, env: Mapping[str, str], *, monitor: bool = False) -> list[Program]:
    fastapi = tuple(commands.fastapi(PYTHON, HERE, ports.fastapi, HERE, commands.upload_limit(env)))
    django = tuple(commands.django(PYTHON, HERE, ports.django, HERE, layout.run))
    flower = tuple(commands.flower(PYTHON, HERE, ports.monitor))
    first = ports.worker_metrics
    scraped = (first, first + 1, first + 2) if first else (0, 0, 0)
    return [
        Program("redis", tuple(_redis(layout)), 10),
        Program("worker", _asked_at(scraped[0], commands.every_queue(PYTHON, 2)), 20, **WORKER),
        Program("quick", _asked_at(scraped[1], commands.quick(PYTHON)), 21, **WORKER),
        Program("fastapi", fastapi, 30),
        Program("django", django, 40, knows_secrets=True, held=True),
        Program("nginx", tuple(_nginx(layout)), 50),
        Program("tasks", _asked_at(scraped[2], commands.tasks(PYTHON)), 60, held=True, stop_group=False),
        *([Program("flower", flower, 70, held=True, keeps=MONITOR_PASSWORD)] * monitor),
    ]


def _redis(layout: Layout) -> Iterator[str]:
    yield from (str(program("redis-server")), "--port", "0", "--unixsocket", str(layout.run / "redis.sock"))
    yield from ("--unixsocketperm", "700", "--dir", str(layout.var / "redis"), "--appendonly", "yes", "--save", "")
    yield from ("--daemonize", "no")


def _asked_at(port: int, command: Iterator[str]) -> tuple[str, ...]:
    """Each worker on this machine has a port of its own for Prometheus."""
    return ("/usr/bin/env", f"RECTO_WORKER_METRICS_PORT={port}", *command)


def _nginx(layout: Layout) -> Iterator[str]:
    yield from (str(program("nginx")), "-e", "stderr", "-g", "daemon off;")
    yield from ("-p", f"{layout.run}/nginx/", "-c", str(layout.run / "nginx.conf"))


def supervisor_configuration(layout: Layout, all_programs: Iterable[Program]) -> str:
    log = layout.var / "log"
    head = f"""[supervisord]
nodaemon=true
directory={ROOT}
umask=077
pidfile={layout.run}/supervisord.pid
logfile={log}/supervisord.log
logfile_maxbytes=10MB
logfile_backups=1
silent=true
minfds={_descriptors()}
[unix_http_server]
file={layout.run}/supervisor.sock
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(one.section(log / f"{one.name}.log") for one in all_programs)


def _descriptors() -> int:
    """For some thousand sockets, each of which is two of nginx; as far as the system lets this account."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DESCRIPTORS if most == resource.RLIM_INFINITY else min(DESCRIPTORS, most)
