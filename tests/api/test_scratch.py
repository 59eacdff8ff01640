"""Temporary folders and the death of their owners."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fastapi_app.scratch import Scratch, sweep

OWNER = "import fastapi_app.scratch as s; print(s.Scratch('recto-left-').path, flush=True); input()"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_what_the_killed_leave_is_removed(temporary: Path) -> None:
    other = Scratch("recto-left-")
    (other.path / "page").touch()
    with subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        left = Path(owner.stdout.readline().decode().strip())
        (left / "own").mkdir()
        sweep("recto-left-")
        assert left.exists()
        owner.send_signal(signal.SIGKILL)

    assert left.exists()
    sweep("recto-left-")
    assert list(temporary.iterdir()) == [other.path]
    other.remove()
    assert not list(temporary.iterdir())


def test_only_its_own(temporary: Path) -> None:
    for name in ("recto-leftover", "elsewhere"):
        (temporary / name).mkdir()
    (temporary / "recto-left-link").symlink_to(temporary / "elsewhere")
    (temporary / "recto-left-file").touch()
    sweep("recto-left-")
    assert len(list(temporary.iterdir())) == 4
