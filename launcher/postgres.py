"""A Postgres of its own for a test run: made in a temporary folder, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.install import postgres_programs
from launcher.steps import last_words
from launcher.trouble import DiskFull, Trouble, disk_is_full

OWNER = "recto"
# Of a database that need not outlive a crash: what was committed just before one is lost.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def throw_away(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty database, reachable through a private socket only. `durable`: it keeps what it has committed,
    as a database in service does, also when it is killed."""
    folder = Path(tempfile.mkdtemp(prefix="recto-pg-"))
    try:
        if os.geteuid() == 0:  # Postgres refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        with _server(folder, () if durable else FAST):
            yield f"postgres://{OWNER}@/{folder}/{OWNER}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(folder: Path, settings: Iterable[str]) -> Iterator[None]:
    cluster = folder / "data"
    _run(folder, "initdb", "-D", cluster, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    options = [word for setting in ("max_connections=200", *settings) for word in ("-c", setting)]
    command = _command(folder, "postgres", "-D", cluster, "-k", folder, "-c", "listen_addresses=", *options)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, start_new_session=True)
    try:
        _create_database(folder, server)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # "fast": does not wait for clients, as SIGTERM would
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _create_database(folder: Path, server: subprocess.Popen[bytes]) -> None:
    """Tries until the server takes it; raises Trouble when the server has ended or takes too long."""
    deadline = time.monotonic() + 30
    while True:
        command = _command(folder, "createdb", "-h", folder, "-U", OWNER, OWNER)
        made = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        if made.returncode == 0:
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise _trouble(folder, (folder / "log").read_text(errors="replace") + made.stderr)
        time.sleep(0.1)


def _run(folder: Path, name: str, *words: object) -> None:
    done = subprocess.run(_command(folder, name, *words), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise _trouble(folder, done.stdout + done.stderr)


def _command(folder: Path, name: str, *words: object) -> list[str]:
    """A program of Postgres, as the account that may run it, ending when the launcher ends."""
    programs = postgres_programs()
    if programs is None:
        raise Trouble("Postgres is not installed; 'apt-get install postgresql' brings it.")
    account = ("--reuid=postgres", "--regid=postgres", "--init-groups") if os.geteuid() == 0 else ()
    return [str(word) for word in ("setpriv", *account, "--pdeathsig", "INT", "--", programs / name, *words)]


def _trouble(folder: Path, said: str) -> Trouble:
    return DiskFull(folder) if disk_is_full(folder, said) else Trouble(f"Postgres does not start: {last_words(said)}")
