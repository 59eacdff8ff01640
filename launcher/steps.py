"""Runs one program to its end, quietly: what it said is kept in a log and shown only if it failed."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from launcher.places import ROOT
from launcher.trouble import DiskFull, Trouble, disk_is_full


def run(command: Sequence[object], what: str, *, var: Path, env: Mapping[str, str] | None = None) -> str:
    """Standard output of `command`, run in the checkout. Raises Trouble: `what` did not work, with its last words."""
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        cwd=ROOT,
        env={**(os.environ if env is None else env), "LC_ALL": "C.UTF-8"},  # reasons are recognised by their words
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    log(var, f"$ {what}\n{done.stdout}{done.stderr}")
    if done.returncode:
        said = done.stdout + done.stderr
        if disk_is_full(var, said):
            raise DiskFull(var)
        raise Trouble(f"{what} did not work: {last_words(said) or f'exit code {done.returncode}'}")
    return done.stdout


def last_words(said: str) -> str:
    """The last line with something in it, which is where programs put the reason; without the exception's class."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return re.sub(r"^[\w.]*[A-Z]\w*: ", "", lines[-1])[:500] if lines else ""


def log(var: Path, text: str) -> None:
    path = var / "log" / "launcher.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", errors="replace") as file:
        file.write(text.rstrip() + "\n")


@contextmanager
def told(what: str) -> Iterator[None]:
    """Says what is being done, then how long it took."""
    print(f"{what} … ", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - start:.1f} s", flush=True)
