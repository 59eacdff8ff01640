"""`./recto test`: what touches rows, on a Postgres of its own; beside it, on the other core, what needs none, and
Django's tests once more on SQLite."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from launcher import install
from launcher.environment import clean_environment
from launcher.places import PYTHON, ROOT
from launcher.postgres import throw_away
from launcher.up import ignore_signals, stop_on_signals

# What needs no database, or (who may what) any.
BESIDE = tuple(f"tests/{name}" for name in ("services", "samples", "api", "launcher", "bench", "docs", "access"))
# What hardly touches a row is the same on every database: the work is the engine's, a process's or a schema's.
SAME_ON_BOTH = (
    "tests/jobs/test_ocr_health.py",
    "tests/jobs/test_places.py",
    "tests/jobs/test_worker.py",
    "tests/web/test_api_docs.py",
    "tests/web/test_fuzz_api.py",
    "tests/web/test_settings.py",
)
SNAPSHOT = "tests/backup/test_meanwhile.py::test_it_works"
ON_POSTGRES = ("tests", *(f"--ignore={path}" for path in BESIDE))
ON_SQLITE = (*BESIDE, "tests/web", "tests/jobs", SNAPSHOT, *(f"--ignore={path}" for path in SAME_ON_BOTH))


def test(arguments: Sequence[str]) -> int:
    """Exit code of the first run that failed, 0 if none did; `arguments` go to pytest."""
    install.everything(testing=True)
    stop_on_signals()
    chosen = any((ROOT / argument.split("::")[0]).exists() for argument in arguments if not argument.startswith("-"))
    begin = time.monotonic()
    try:
        code = _chosen(arguments) if chosen else _everything(arguments)
    except KeyboardInterrupt:
        return 130
    print(f"{'FAILED' if code else 'Passed'} after {time.monotonic() - begin:.0f} s.", flush=True)
    return code


def _chosen(arguments: Sequence[str]) -> int:
    with throw_away() as url, _pytest(arguments, url) as running:
        return running.wait()


def _everything(arguments: Sequence[str]) -> int:
    """Two runs at the same time; what the second says is shown when the first has ended."""
    with ExitStack() as both:
        url = both.enter_context(throw_away())
        folder = Path(both.enter_context(tempfile.TemporaryDirectory(prefix="recto-")))
        said = both.enter_context((folder / "said").open("wb"))
        sqlite = f"sqlite:///{folder / 'recto.sqlite3'}"
        beside = both.enter_context(_pytest([*arguments, *ON_SQLITE], sqlite, output=said))
        print("On Postgres:", flush=True)
        code = both.enter_context(_pytest([*arguments, *ON_POSTGRES], url)).wait()
        print("Without a database and on SQLite, at the same time:", flush=True)
        code_beside = beside.wait()
        subprocess.run(["cat", said.name], check=True)
        return code or code_beside


@contextmanager
def _pytest(
    arguments: Sequence[str], database_url: str, output: IO[bytes] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A run that does not outlive the block."""
    environment = clean_environment(RECTO_DATABASE_URL=database_url)
    command: list[str | Path] = [PYTHON, "-m", "pytest", *arguments]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield running
    except KeyboardInterrupt as interrupt:
        _end(running, interrupt)
        raise
    finally:
        running.kill()
        running.wait()


def _end(running: "subprocess.Popen[bytes]", interrupt: KeyboardInterrupt) -> None:
    """Lets it clean up; a second Ctrl-C must not end that."""
    ignore_signals()
    if interrupt.args != (signal.SIGINT,):  # Ctrl-C has reached pytest too
        running.send_signal(signal.SIGINT)
    try:
        running.wait(60)
    except subprocess.TimeoutExpired:
        running.kill()
