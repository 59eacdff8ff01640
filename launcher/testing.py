"""`./recto test`: everything on a Postgres of its own, then Django's tests once more on SQLite."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from launcher import install
from launcher.environment import clean_environment
from launcher.places import PYTHON, ROOT
from launcher.postgres import throw_away
from launcher.up import ignore_signals, stop_on_signals

# What hardly touches a row is the same on every database: the work is the engine's, a process's or a schema's.
SAME_ON_BOTH = (
    "tests/jobs/test_ocr_health.py",
    "tests/jobs/test_places.py",
    "tests/jobs/test_worker.py",
    "tests/web/test_api_docs.py",
    "tests/web/test_fuzz_api.py",
    "tests/web/test_settings.py",
)
ON_SQLITE = ("tests/web", "tests/jobs", *(f"--ignore={path}" for path in SAME_ON_BOTH))


def test(arguments: Sequence[str]) -> int:
    """Exit code of the first run that failed, 0 if none did; `arguments` go to pytest."""
    install.everything(testing=True)
    stop_on_signals()
    chosen = any((ROOT / argument.split("::")[0]).exists() for argument in arguments if not argument.startswith("-"))
    begin = time.monotonic()
    try:
        code = _on_postgres([*arguments, *([] if chosen else ["tests"])])
        second = 0 if chosen else _on_sqlite([*arguments, *ON_SQLITE])
    except KeyboardInterrupt:
        return 130
    print(f"{'Passed' if not (code or second) else 'FAILED'} after {time.monotonic() - begin:.0f} s.", flush=True)
    return code or second


def _on_postgres(arguments: Sequence[str]) -> int:
    with throw_away() as url:
        print("On Postgres:", flush=True)
        return _pytest(arguments, url)


def _on_sqlite(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="recto-") as folder:
        print("On SQLite:", flush=True)
        return _pytest(arguments, f"sqlite:///{Path(folder) / 'recto.sqlite3'}")


def _pytest(arguments: Sequence[str], database_url: str) -> int:
    environment = clean_environment(RECTO_DATABASE_URL=database_url)
    running = subprocess.Popen([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, env=environment)
    try:
        return running.wait()
    except KeyboardInterrupt as interrupt:
        ignore_signals()
        if interrupt.args != (signal.SIGINT,):  # Ctrl-C has reached pytest too; a second one would end its cleaning up
            running.send_signal(signal.SIGINT)
        try:
            running.wait(60)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        raise
