"""`./recto up` and `./recto test` as somebody types them, from the first line to Ctrl-C."""

import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from launcher import state
from launcher.environment import clean_environment
from launcher.places import ROOT
from launcher.ports import VARIABLES, Ports
from launcher.up import sample_words
from tests.launcher.conftest import answer
from tests.processes import stats


@pytest.fixture
def started(tmp_path: Path, ports: Ports) -> Iterator["subprocess.Popen[str]"]:
    numbers = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}
    command = [ROOT / "recto", "up", "--monitor", "--var", tmp_path / "var"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=clean_environment(**numbers),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watchdog = threading.Timer(400, process.kill)
        watchdog.start()
        yield process
        watchdog.cancel()
        process.send_signal(signal.SIGTERM)
        process.communicate()


def lines_until(process: "subprocess.Popen[str]", words: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    pytest.fail(f"it ended before it said {words!r}:\n" + "\n".join(lines))


@pytest.mark.timeout(450)
def test_from_nothing_to_ctrl_c(started: "subprocess.Popen[str]", ports: Ports, tmp_path: Path) -> None:
    """The sample comes out clean and read, the account works, the addresses answer; Ctrl-C leaves nothing."""
    said = lines_until(started, "Recto is ready")

    assert any("Sample page: cleaned in" in line for line in said)
    assert any("Sign in as demo with the password" in line for line in said)
    assert f"http://localhost:{ports.nginx}" in said[-1]
    assert requests.get(f"http://localhost:{ports.nginx}/", timeout=20).status_code == 200
    monitor, *account = re.findall(r"The workers can be watched at (\S+) as (\S+) with (\S+)\.", "\n".join(said))[0]
    assert (monitor, account[0]) == (f"http://localhost:{ports.monitor}", "recto")
    assert answer(monitor).status_code == 401
    assert requests.get(monitor, auth=tuple(account), timeout=20).status_code == 200
    leader = int((tmp_path / "var" / "run" / "supervisord.pid").read_text())

    started.send_signal(signal.SIGINT)
    assert started.stdout is not None
    assert "Stopping" in started.stdout.read()
    assert started.wait() == 0
    assert not of_session(leader)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://localhost:{ports.nginx}/", timeout=5)


def of_session(leader: int) -> list[str]:
    """Processes that run in a session, by the kernel's own table."""
    return [" ".join(stat[:4]) for stat in stats().values() if int(stat[3]) == leader and stat[0] != "Z"]


def test_sample_words() -> None:
    sample = {
        "clean_seconds": 0.31,
        "read_seconds": 1.2,
        "text": "one\n\ntwo\n",
        "recipe": {"steps": [{"step": "denoise"}, {"step": "binarize"}]},
    }
    head, *lines = sample_words(sample).splitlines()

    assert head == "Sample page: cleaned in 0.3 s (denoise → binarize), read in 1.2 s, 2 lines:"
    assert [line.strip() for line in lines] == ["one", "two"]
    assert "no page" in sample_words(sample | {"clean_seconds": None})


def test_state_of_a_database(tmp_path: Path) -> None:
    """Known for a SQLite file that is there; anything else must be looked at."""
    there = tmp_path / "db.sqlite3"
    env = {"RECTO_DATABASE_URL": f"sqlite:///{there}", "RECTO_STATIC_ROOT": str(tmp_path / "static")}
    assert state.of_everything(env) is None

    there.touch()
    known = state.of_everything(env)
    assert known == state.of_everything(env)
    assert known is not None
    assert known != state.of_everything(env | {"RECTO_STATIC_ROOT": "/elsewhere"})
    assert state.of_everything(env | {"RECTO_DATABASE_URL": "postgres://recto@db/recto"}) is None
