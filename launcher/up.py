"""`./recto up`: installs what is missing, starts everything, cleans and reads the sample page, stays until Ctrl-C."""

import argparse
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from launcher import install, state, steps
from launcher.logs import Followed, is_serious
from launcher.places import PYTHON, ROOT
from launcher.ports import Ports
from launcher.stack import Stack
from launcher.trouble import DiskFull, Trouble, disk_is_full

SHOWN = 6  # lines of the sample page's text


def up(options: argparse.Namespace) -> int:
    begin = time.monotonic()
    ports = Ports.from_environment(os.environ)
    stack = Stack(options.var, ports=ports, host=options.host, monitor=options.monitor, tls=options.tls)
    stop_on_signals()
    try:
        stack.claim()
        stack.ports.check(stack.host, monitor=stack.monitor, tls=stack.tls)
        install.everything()
        account = _start(stack)
        _show_sample(stack)
        _greet(stack, account, time.monotonic() - begin)
        _watch(stack, everything=options.verbose)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        ignore_signals()
        stack.stop()
    return 0


def stop_on_signals() -> None:
    """SIGTERM and a closed terminal end the launcher as Ctrl-C does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


def ignore_signals() -> None:
    """Stopping takes seconds; a second Ctrl-C must not leave half of it undone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _start(stack: Stack) -> dict[str, str | None]:
    with steps.told("Starting"), _drawing(stack.var / "sample.jpg", stack):
        return bring_up(stack)


def bring_up(stack: Stack, seconds: float = 60) -> dict[str, str | None]:
    """The first account, when every door of `stack` answers, or Trouble after `seconds`.

    What needs no database starts while the database is prepared; all starts at once if it is already."""
    stack.claim()
    _make_keys(stack)
    stack.start()
    account = _prepared(stack) or _prepare_and_note(stack)
    stack.release()
    stack.wait_until_ready(seconds)
    return account


def _prepared(stack: Stack) -> dict[str, str | None] | None:
    """The account's name from the last start, if nothing has changed since then."""
    note = stack.var / "prepared.json"
    known = json.loads(note.read_text()) if note.exists() else {}
    if known and known["state"] == state.of_everything(stack.environment):
        return {"username": known["username"], "password": None}
    return None


def _prepare_and_note(stack: Stack) -> dict[str, str | None]:
    account = _prepare(stack)
    if account["password"]:
        _new_password(stack).touch(0o600)
        _new_password(stack).write_text(account["password"])
    if after := state.of_everything(stack.environment):
        note = {"state": after, "username": account["username"]}
        (stack.var / "prepared.json").write_text(json.dumps(note))
    return account


def _make_keys(stack: Stack) -> None:
    keys = stack.var / "keys"
    wanted = ["secret_key", "jwt.pem"]
    if stack.environment.get("RECTO_TLS_CERTIFICATE") == str(keys / "tls.crt"):
        wanted.append("tls.crt")
    if not all((keys / name).exists() for name in wanted):
        command = [PYTHON, "-m", "launcher.keys", keys, *wanted]
        steps.run(command, "writing the keys", var=stack.var, env=stack.environment)


def _prepare(stack: Stack) -> dict[str, str | None]:
    """Migrates, collects the static files, makes the first account; `stack` must have its keys."""
    said = steps.run([PYTHON, "-m", "launcher.prepare"], "preparing the database", var=stack.var, env=stack.environment)
    account: dict[str, str | None] = json.loads(said.strip().splitlines()[-1])
    return account


@contextmanager
def _drawing(path: Path, stack: Stack) -> Iterator[None]:
    """Draws the sample page beside everything else, if it is not there yet."""
    if path.exists():
        yield
        return
    part, log = path.with_suffix(".part"), stack.var / "log" / "sample.log"
    code = "import pathlib, sys, samples; pathlib.Path(sys.argv[1]).write_bytes(samples.sample_page())"
    with log.open("wb") as out:
        drawing = subprocess.Popen([PYTHON, "-c", code, part], cwd=ROOT, env=stack.environment, stdout=out, stderr=out)
    try:
        yield
        drawing.wait()
    finally:
        drawing.kill()
        drawing.wait()
    if drawing.returncode:
        said = log.read_text(errors="replace")
        reason = Trouble(f"The sample page could not be drawn: {steps.last_words(said)}")
        raise DiskFull(stack.var) if disk_is_full(stack.var, said) else reason
    part.rename(path)


def _show_sample(stack: Stack) -> None:
    command = [PYTHON, "-m", "django_app.manage", "sample", "--file", stack.var / "sample.jpg"]
    said = steps.run(command, "cleaning and reading the sample page", var=stack.var, env=stack.environment)
    print(sample_words(json.loads(said.strip().splitlines()[-1])), flush=True)


def sample_words(sample: dict[str, Any]) -> str:
    """What came out of the sample page and how long it took; `sample` is what `manage sample` prints."""
    if sample["clean_seconds"] is None:
        return "The sample document has no page any more, so nothing was cleaned."
    lines = [line for line in sample["text"].splitlines() if line.strip()]
    taken = " → ".join(step["step"] for step in sample["recipe"]["steps"])
    shown = lines if len(lines) <= SHOWN else [*lines[: SHOWN // 2], "…", *lines[-SHOWN // 2 :]]
    times = f"cleaned in {sample['clean_seconds']:.1f} s ({taken}), read in {sample['read_seconds']:.1f} s"
    return "\n    ".join([f"Sample page: {times}, {len(lines)} lines:", *shown])


def _greet(stack: Stack, account: dict[str, str | None], seconds: float) -> None:
    new = _new_password(stack)
    if new.exists():
        print(f"Sign in as {account['username']} with the password {new.read_text()} (shown only this once).")
        new.unlink()
    else:
        print(f"Sign in as {account['username']}.")
    if stack.monitor:
        password = stack.environment.get("RECTO_MONITOR_PASSWORD", "its password")
        print(f"The workers can be watched at http://localhost:{stack.ports.monitor} as recto with {password}.")
    print(f"Recto is ready after {seconds:.1f} s: {stack.origin}  (Ctrl-C ends it)", flush=True)


def _new_password(stack: Stack) -> Path:
    """Holds a password that was made here until somebody has seen it: a first start may fail half-way."""
    return stack.var / "keys" / "new_password"


def _watch(stack: Stack, *, everything: bool) -> None:
    """Shows what is worth showing until a signal comes. Raises Trouble if the supervisor itself is gone."""
    followed = [Followed(stack.var / "log" / f"{name}.log") for name in stack.supervisor.states()]
    pids: dict[str, int] = {}
    while True:
        for log in followed:
            for line in log.lines():
                if everything or is_serious(line):
                    print(f"{log.path.stem:>8} | {line}", flush=True)
        pids = _tell_restarts(stack, pids)
        time.sleep(0.5)


def _tell_restarts(stack: Stack, before: dict[str, int]) -> dict[str, int]:
    """The programs' pids now; says which have been started again and which have been given up."""
    failed = stack.failed()
    if failed is not None and failed.name.startswith("supervisord"):
        raise stack.reason(failed.name)
    states = stack.supervisor.states().values()
    for program in states:
        if program.name in before and program.pid != before[program.name]:
            print(f"{program.name} {'has been started again' if program.pid else 'has ended'}.", flush=True)
    return {program.name: program.pid for program in states}
