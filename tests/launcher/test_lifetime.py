"""How a stack begins and ends: nothing is left, whatever dies first."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.environment import clean_environment
from launcher.places import ROOT
from launcher.ports import Ports
from launcher.session import Session
from launcher.stack import Stack
from launcher.trouble import Trouble
from tests.processes import stat, stats
from tests.waiting import until

NEEDS_NO_DATABASE = {"redis", "fastapi", "nginx"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Stack]:
    """A stack of which only what needs no database is started."""
    stack = Stack(tmp_path, ports=Ports.free(), environment=clean_environment())
    yield stack
    stack.stop()


def runs(stack: Stack) -> bool:
    running = {state.name for state in stack.supervisor.states().values() if state.state == "RUNNING"}
    return running >= NEEDS_NO_DATABASE


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, in whatever session."""
    children: dict[int, list[int]] = {}
    for child, facts in stats().items():
        children.setdefault(int(facts[1]), []).append(child)
    found, todo = set(), [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.add(child)
            todo.append(child)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that run; one that only waits to be reaped by somebody else's init has ended."""
    return {pid for pid in pids if (facts := stat(pid)) and facts[0] not in ("Z", "X")}


def test_stop_leaves_nothing(small: Stack) -> None:
    small.start()
    until(lambda: runs(small))
    everything = set(small.processes()).union(*(descendants(pid) for pid in small.processes()))
    assert len(everything) >= 5  # supervisor, Redis, FastAPI and its fork server, nginx and its workers

    small.stop()

    assert not alive(everything)
    small.ports.check("localhost")


def test_supervisor_is_killed(small: Stack) -> None:
    """Then its programs have no parent any more; stop finds them all the same."""
    small.start()
    until(lambda: runs(small))
    everything = descendants(leader(small)) | {leader(small)}
    os.kill(leader(small), signal.SIGKILL)
    until(small.failed)

    small.stop()

    assert not alive(everything)


STARTS_AND_WAITS = """
import os, pathlib, sys, time
from launcher.ports import Ports
from launcher.session import Session
from launcher.stack import Stack
stack = Stack(pathlib.Path(sys.argv[1]), ports=Ports(*map(int, sys.argv[2:])), environment=dict(os.environ))
stack.start()
print("started", flush=True)
time.sleep(300)
"""


@pytest.fixture
def launcher(small: Stack) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of its own that runs `small`'s folder and ports."""
    numbers = [str(port) for port in (small.ports.nginx, small.ports.django, small.ports.fastapi)]
    command = [sys.executable, "-c", STARTS_AND_WAITS, str(small.var), *numbers]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        yield process
        process.kill()


def leader(stack: Stack) -> int:
    return int((stack.layout.run / "supervisord.pid").read_text())


def test_launcher_is_killed(small: Stack, launcher: "subprocess.Popen[bytes]") -> None:
    """supervisord hears of the launcher's death and ends everything."""
    pid = until(lambda: leader(small))
    launcher.kill()

    assert Session(pid, small.var).wait_for_end(30)


def test_next_start_ends_leftovers(
    small: Stack, launcher: "subprocess.Popen[bytes]", capfd: pytest.CaptureFixture[str]
) -> None:
    """The launcher and supervisor killed: the programs hold their ports, and the next start ends them first."""
    until(lambda: runs(small))
    pid = leader(small)
    everything = descendants(pid)
    os.kill(pid, signal.SIGKILL)
    launcher.kill()
    launcher.wait()
    assert Session(pid, small.var).members()

    small.start()

    assert "an earlier Recto left behind" in capfd.readouterr().out
    assert not alive(everything)
    assert not Session(pid, small.var).members()
    until(lambda: runs(small))


def test_second_launcher_is_refused(small: Stack, launcher: "subprocess.Popen[bytes]") -> None:
    with pytest.raises(Trouble, match=rf"already runs in .* \(process {launcher.pid}\)"):
        small.start()

    assert launcher.poll() is None


def test_taken_port(small: Stack) -> None:
    with socket.create_server(("127.0.0.1", small.ports.nginx)):
        with pytest.raises(Trouble) as trouble:
            small.start()

    assert str(trouble.value).startswith(f"Port {small.ports.nginx} is taken by ")
    assert f"(process {os.getpid()}); set RECTO_PORT or stop it." in str(trouble.value)


def test_program_that_does_not_come_up(small: Stack) -> None:
    """The reason is the program's own last word."""
    small.environment["RECTO_SLOTS"] = "none"
    small.start()

    with pytest.raises(Trouble, match=r"fastapi does not come up: .+fastapi.log"):
        small.wait_until_ready(60)


def test_long_folder_names(tmp_path: Path) -> None:
    """A socket's name is limited to some hundred bytes; a folder's is not."""
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    with Stack(deep, ports=Ports.free(), environment=clean_environment()) as stack:
        stack.start()
        until(lambda: runs(stack))
    assert not stack.layout.run.is_relative_to(deep)
