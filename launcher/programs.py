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

from launcher.install import program
from launcher.places import PYTHON, ROOT
from launcher.ports import Ports

# What only Django and its worker may know, and the password of Flower.
SECRETS = (
    *("RECTO_SECRET_KEY", "RECTO_DATABASE_URL", "RECTO_JWT_PRIVATE_KEY_FILE", "RECTO_USER", "RECTO_PASSWORD"),
    *("RECTO_S3_ACCESS_KEY", "RECTO_S3_ACCESS_KEY_FILE", "RECTO_S3_SECRET_KEY", "RECTO_S3_SECRET_KEY_FILE"),
    "RECTO_MONITOR_PASSWORD",
)
MAX_UPLOAD_BYTES = 64 * 1024 * 1024
DESCRIPTORS = 8192  # of a process; nginx.conf.template says the same
THREADS = "16"  # of each of Django's processes; django_app.imaging.client lets fewer wait for the engine
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
    limit = int(env.get("RECTO_MAX_UPLOAD_BYTES") or MAX_UPLOAD_BYTES)
    return [
        Program("redis", tuple(_redis(layout)), 10),
        Program("worker", tuple(_worker("worker", 2, "interactive,batch")), 20, **WORKER),
        Program("quick", tuple(_worker("quick", 1, "interactive")), 21, **WORKER),
        Program("fastapi", tuple(_fastapi(ports, limit)), 30),
        Program("django", tuple(_django(ports, layout.run)), 40, knows_secrets=True, held=True),
        Program("nginx", tuple(_nginx(layout)), 50),
        Program("tasks", tuple(_tasks()), 60, held=True, stop_group=False),
        *([Program("flower", tuple(_flower(ports)), 70, held=True, keeps=("RECTO_MONITOR_PASSWORD",))] * monitor),
    ]


def _redis(layout: Layout) -> Iterator[str]:
    yield from (str(program("redis-server")), "--port", "0", "--unixsocket", str(layout.run / "redis.sock"))
    yield from ("--unixsocketperm", "700", "--dir", str(layout.var / "redis"), "--appendonly", "yes", "--save", "")
    yield from ("--daemonize", "no")


def _worker(name: str, processes: int, queues: str) -> Iterator[str]:
    """`quick` takes no batches: a single page starts at once, however long the pages of a batch are."""
    yield from (str(PYTHON), "-m", "celery", "-A", "django_app.config.celery", "worker", "--hostname", f"{name}@%h")
    yield from ("--queues", queues, "--concurrency", str(processes), "--without-gossip", "--without-mingle")


def _tasks() -> Iterator[str]:
    """The developer API's. A thread is enough: what is read is read in a child."""
    yield from (str(PYTHON), "-m", "celery", "-A", "fastapi_app.tasks", "worker", "--hostname", "tasks@%h")
    yield from ("--queues", "recto-tasks", "--pool", "threads", "--concurrency", "1")
    yield from ("--without-gossip", "--without-mingle")


def _flower(ports: Ports) -> Iterator[str]:
    yield from (str(PYTHON), "-m", "launcher.monitor", str(ports.monitor))


def _fastapi(ports: Ports, limit: int) -> Iterator[str]:
    base64_and_json = limit * 4 // 3 + 64 * 1024
    yield from (str(PYTHON), "-m", "uvicorn", "--factory", "fastapi_app.main:create_app")
    yield from ("--host", "127.0.0.1", "--port", str(ports.fastapi), "--no-server-header", "--no-access-log")
    yield from ("--proxy-headers", "--forwarded-allow-ips", "127.0.0.1", "--ws-max-size", str(base64_and_json))
    # Longer than nginx keeps an idle connection, so that it is never nginx who finds one closed.
    yield from ("--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "5")
    # A peer that answers no ping is gone. Images are compressed already; without deflate an idle socket costs less.
    yield from ("--ws-ping-interval", "20", "--ws-ping-timeout", "20", "--ws-per-message-deflate", "false")


def _django(ports: Ports, run: Path) -> Iterator[str]:
    yield from (str(PYTHON), "-m", "gunicorn", "django_app.config.wsgi", "--bind", f"127.0.0.1:{ports.django}")
    yield from ("--worker-class", "gthread", "--workers", "2", "--threads", THREADS, "--preload", "--timeout", "180")
    # A process takes no request that it has no thread for: the other one may have. A connection that is kept would
    # hold a thread's place.
    yield from ("--worker-connections", THREADS, "--keep-alive", "0")
    yield from ("--graceful-timeout", "5", "--forwarded-allow-ips", "127.0.0.1")
    yield from ("--worker-tmp-dir", str(run), "--no-control-socket", "--limit-request-line", "8190")


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
