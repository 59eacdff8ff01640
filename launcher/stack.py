"""Recto as running processes: Redis, the worker, FastAPI, Django and nginx under one supervisor.

`./recto up` runs one on the usual ports; the tests run others on free ports in folders of their own."""

import fcntl
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Self

from launcher.nginx import certificate, nginx_configurations
from launcher.places import PYTHON, ROOT
from launcher.ports import Ports, reachable_name
from launcher.programs import Layout, programs, supervisor_configuration
from launcher.session import Session
from launcher.steps import last_words
from launcher.supervision import State, Supervisor
from launcher.trouble import DiskFull, Trouble, disk_is_full

HELD = ("django", "worker", "quick")
LATE = ("tasks", "flower")  # nobody waits for them
STOP_SECONDS = 25
STARTS = 3  # a program that has not made it by then will not


class Stack:
    """One set of processes and the folder they write to.

    `var`: everything they write. `environment`: theirs (default: the caller's), to which the stack adds its addresses
    and folders where it does not name others. `host`: what nginx listens on, `localhost` = loopback only.
    `monitor`: Flower too. `tls`: https, with the environment's certificate or else one of its own; so, too, when the
    environment names a certificate."""

    def __init__(
        self,
        var: Path,
        *,
        ports: Ports,
        host: str = "localhost",
        environment: Mapping[str, str] | None = None,
        monitor: bool = False,
        tls: bool = False,
    ) -> None:
        self.var = var.resolve()
        given = os.environ if environment is None else environment
        self.monitor = monitor
        self.tls = tls or bool(certificate(given))
        self.ports = ports
        self.host = host
        self.layout = Layout.under(self.var)
        self.environment = self._environment(given)
        self.supervisor = Supervisor(self.layout.run / "supervisor.sock")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._ready = False
        self._pids: dict[str, set[int]] = {}

    @property
    def origin(self) -> str:
        """Where browsers find it."""
        scheme, port = ("https", self.ports.tls) if self.tls else ("http", self.ports.nginx)
        return f"{scheme}://{reachable_name(self.host)}:{port}"

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        names = ["localhost", "127.0.0.1", "[::1]", *([] if self.host == "localhost" else [os.uname().nodename])]
        scheme, _, end = self.origin.partition("://")
        origins = [f"{scheme}://{name}:{end.rpartition(':')[2]}" for name in names]
        own = {
            "RECTO_DATABASE_URL": f"sqlite:///{self.var / 'db.sqlite3'}",
            "RECTO_MEDIA_ROOT": str(self.var / "media"),
            "RECTO_STATIC_ROOT": str(self.var / "static"),
            "RECTO_REDIS_URL": f"unix://{self.layout.run / 'redis.sock'}",
            "RECTO_JWT_PRIVATE_KEY_FILE": str(self.var / "keys" / "jwt.pem"),
            "RECTO_DJANGO_URL": f"http://127.0.0.1:{self.ports.django}",
            "RECTO_FASTAPI_URL": f"http://127.0.0.1:{self.ports.fastapi}",
            "RECTO_PUBLIC_ORIGIN": self.origin,
        }
        if self.tls:
            own |= {"RECTO_TLS_CERTIFICATE": str(self.var / "keys" / "tls.crt")}
            own |= {"RECTO_TLS_KEY": str(self.var / "keys" / "tls.key")}
        own = {name: value for name, value in own.items() if not given.get(f"{name}_FILE")}
        env = own | {name: value for name, value in given.items() if value or name not in own}
        if self.monitor and not _says(env, "RECTO_MONITOR_PASSWORD"):
            env["RECTO_MONITOR_PASSWORD"] = secrets.token_urlsafe(12)
        env.setdefault("RECTO_ALLOWED_ORIGINS", ",".join(dict.fromkeys([env["RECTO_PUBLIC_ORIGIN"], *origins])))
        return env | {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "django_app.config.settings"}

    def claim(self) -> None:
        """Takes the folder for this process, once, ending what a killed launcher left. Raises Trouble if in use."""
        if self._lock is not None:
            return
        self.layout.make()
        self._lock = os.open(self.layout.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 20, 0).decode().strip()
            os.close(self._lock)
            self._lock = None
            raise Trouble(f"Recto already runs in {self.var} (process {holder}); stop it with Ctrl-C first.") from None
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)
        self._end_leftovers()

    def _end_leftovers(self) -> None:
        pid = self.layout.run / "supervisord.pid"
        said = pid.read_text().strip() if pid.exists() else ""
        left = Session(int(said), self.var) if said.isdecimal() else None
        if left and left.members():
            print("Ending what an earlier Recto left behind.", flush=True)
            left.end(patience=STOP_SECONDS)
        for leftover in (pid, *self.layout.run.glob("*.sock")):
            leftover.unlink(missing_ok=True)

    def start(self) -> None:
        """Writes the configurations and starts what needs no database; `release` starts the rest."""
        self.claim()
        self.ports.check(self.host, monitor=self.monitor, tls=self.tls)
        secret = self.var / "keys" / "secret_key"
        if not _says(self.environment, "RECTO_SECRET_KEY") and secret.exists():
            self.environment["RECTO_SECRET_KEY"] = secret.read_text().strip()
        configurations = nginx_configurations(self.layout, self.ports, self.host, self.environment)
        ini = self.layout.run / "supervisord.conf"
        configurations[ini] = supervisor_configuration(
            self.layout, programs(self.layout, self.ports, self.environment, monitor=self.monitor)
        )
        for path, text in configurations.items():
            path.write_text(text)
        # The launcher's death is supervisord's signal to stop; Ctrl-C reaches only the launcher.
        run = (
            "setpriv",
            "--pdeathsig",
            "TERM",
            "--",
            str(PYTHON),
            "-m",
            "supervisor.supervisord",
            "-n",
            "-c",
            str(ini),
        )
        with (self.var / "log" / "supervisord.out").open("wb") as out:
            self._process = subprocess.Popen(
                run,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._wait("supervisor", self._answers, seconds=20)

    def release(self) -> None:
        """Starts Django and the worker, whose database must be there by now."""
        for name in HELD:
            self.supervisor.start(name)

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Until every door answers. Raises Trouble with the reason of the program that does not come up."""
        doors = {
            "fastapi": f"http://127.0.0.1:{self.ports.fastapi}/readyz",
            "django": f"http://127.0.0.1:{self.ports.django}/readyz",
            "nginx": f"http://{reachable_name(self.host)}:{self.ports.nginx}/healthz",
        }
        deadline = time.monotonic() + seconds
        ping = self._worker_ping(seconds)
        try:
            for name, url in doors.items():
                self._wait(name, partial(_is_ready, url), seconds=deadline - time.monotonic())
            self._wait("worker", lambda: ping.poll() == 0, seconds=deadline - time.monotonic())
            self._ready = True
        finally:
            ping.kill()
            ping.wait()
        for name in LATE:
            if name != "flower" or self.monitor:
                self.supervisor.start(name)

    def _worker_ping(self, seconds: float) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [PYTHON, "-m", "launcher.worker_ping", str(seconds)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _answers(self) -> bool:
        try:
            self.supervisor.states()
        except OSError:
            return False
        return True

    def _wait(self, name: str, ready: Callable[[], bool], *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            failed = self.failed()
            if failed or time.monotonic() > deadline:
                raise self.reason(failed.name if failed else name)
            time.sleep(0.05)

    def failed(self) -> State | None:
        """The program that supervisor has given up on, or that does not stay; or supervisor itself, if it is gone."""
        if self._process is not None and self._process.poll() is not None:
            return State("supervisord", "EXITED", 0)
        try:
            states = self.supervisor.states()
        except OSError:
            return None
        return next((state for state in states.values() if state.state == "FATAL" or self._keeps_ending(state)), None)

    def _keeps_ending(self, state: State) -> bool:
        """Whether it has been started more often than patience allows, though each time it ran for a moment."""
        if self._ready:
            return False
        pids = self._pids.setdefault(state.name, set())
        pids.add(state.pid)
        return len(pids - {0}) > STARTS

    def reason(self, name: str) -> Trouble:
        """Why a program does not come up, as far as its log says."""
        log = self.var / "log" / ("supervisord.out" if name.startswith("supervisor") else f"{name}.log")
        said = log.read_text(errors="replace")[-20_000:] if log.exists() else ""
        if disk_is_full(self.var, said):
            return DiskFull(self.var)
        return Trouble(f"{name} does not come up: {last_words(said) or 'it says nothing'} ({log})")

    def stop(self) -> None:
        """Ends every process, in order; what does not stop is killed. Nothing is left when this returns."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS * 2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            Session(self._process.pid, self.var).end(patience=2)
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def processes(self) -> list[int]:
        """Everything that runs in this stack."""
        return Session(self._process.pid, self.var).members() if self._process is not None else []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def _says(env: Mapping[str, str], secret: str) -> bool:
    return bool(env.get(secret) or env.get(f"{secret}_FILE"))


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _is_ready(url: str) -> bool:
    try:
        with _direct.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
