"""What the launcher says when it cannot go on: one sentence, exit code 1, no traceback."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from launcher import install, keys, steps
from launcher.__main__ import run
from launcher.archives import restore
from launcher.environment import clean_environment
from launcher.places import ROOT
from launcher.ports import Ports
from launcher.stack import Stack
from launcher.trouble import DiskFull, Trouble, means_full_disk
from tests.launcher.conftest import Recto

NOBODY = 65534


def one_sentence(done: "subprocess.CompletedProcess[str]") -> str:
    """The only line on stderr."""
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("recto: ")
    assert line.endswith(".")
    return line.removeprefix("recto: ")


def test_help_names_the_verbs(recto: Recto) -> None:
    done = recto("--help")

    assert done.returncode == 0
    for verb in ("up", "test", "lint", "bench", "clean", "backup", "restore", "manage"):
        assert f"\n    {verb} " in done.stdout
    assert "RECTO_PORT" in done.stdout
    assert recto().stdout == done.stdout


def test_help_of_a_verb(recto: Recto) -> None:
    assert "--host" in recto("up", "--help").stdout
    assert "pytest" in recto("test", "--help").stdout


def test_unknown_verb(recto: Recto) -> None:
    done = recto("down")

    assert done.returncode == 2
    assert "invalid choice: 'down'" in done.stderr


@pytest.mark.parametrize(("name", "variable"), [("nginx", "RECTO_PORT"), ("django", "RECTO_DJANGO_PORT")])
def test_taken_port(recto: Recto, ports: Ports, tmp_path: Path, name: str, variable: str) -> None:
    port = getattr(ports, name)
    with socket.create_server(("127.0.0.1", port)):
        done = recto("up", "--var", tmp_path / "var")

    said = one_sentence(done)
    assert said.startswith(f"Port {port} is taken by ")
    assert f"(process {os.getpid()})" in said
    assert said.endswith(f"; set {variable} or stop it.")


@pytest.mark.parametrize("value", ["0", "80808", "http", "-1"])
def test_port_that_is_none(recto: Recto, tmp_path: Path, value: str) -> None:
    said = one_sentence(recto("up", "--var", tmp_path / "var", RECTO_PORT=value))

    assert said == f"RECTO_PORT is '{value}'; it must be a port number, 1 to 65535."


def test_same_port_twice(recto: Recto, ports: Ports, tmp_path: Path) -> None:
    done = recto("up", "--var", tmp_path / "var", RECTO_DJANGO_PORT=str(ports.nginx))

    assert "must be different ports" in one_sentence(done)


def test_full_disk(recto: Recto, tmp_path: Path) -> None:
    """The kernel's own ENOSPC, from the device that is always full, where the launcher writes its first file."""
    (tmp_path / "var" / "log").mkdir(parents=True)
    (tmp_path / "var" / "log" / "launcher.log").symlink_to("/dev/full")

    said = one_sentence(recto("up", "--var", tmp_path / "var"))

    assert said.startswith("The disk is full: there is no space left under ")


def test_full_disk_in_a_step(tmp_path: Path) -> None:
    """A program that the launcher runs meets the full disk and says so among its own words."""
    with pytest.raises(DiskFull):
        steps.run(["sh", "-c", "echo installing; cp /etc/hostname /dev/full"], "installing", var=tmp_path)


def test_full_disk_is_told_from_other_errors(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as full:
        Path("/dev/full").write_text("page")
    with pytest.raises(OSError, match="directory") as other:
        (tmp_path / "absent" / "file").write_text("page")

    assert means_full_disk(full.value)
    assert not means_full_disk(other.value)


def test_step_that_fails(tmp_path: Path) -> None:
    """Its reason is in the sentence, all that it said in the log."""
    with pytest.raises(Trouble, match=r"^drawing did not work: no ink$"):
        steps.run(["sh", "-c", "echo much; echo ValueError: no ink >&2; exit 3"], "drawing", var=tmp_path)

    assert "much" in (tmp_path / "log" / "launcher.log").read_text()


NOT_ROOT = """
import os, sys
from launcher import install
from launcher.stack import Stack
from launcher.trouble import Trouble
os.setgroups([]); os.setgid(65534); os.setuid(65534)
install.SYSTEM_PATH = sys.argv[1]
try:
    install.packages()
except Trouble as trouble:
    print(trouble)
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with apt-get and nothing else, readable for everybody."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "apt-get").symlink_to("/usr/bin/apt-get")
    for parent in (folder, *folder.parents[:3]):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/tmp"):
            parent.chmod(0o755)
    return folder


def test_no_right_to_install(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An account without root's right, on a machine without Recto's programs."""
    if os.geteuid() == 0:
        done = subprocess.run(
            [sys.executable, "-c", NOT_ROOT, bare],
            cwd=ROOT,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        said = done.stdout
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(install, "SYSTEM_PATH", str(bare))
            with pytest.raises(Trouble) as trouble:
                install.packages()
            said = str(trouble.value)

    assert said.strip() == (
        "This account may not install packages: run 'apt-get install tesseract-ocr nginx redis-server "
        "tesseract-ocr-eng tesseract-ocr-heb tesseract-ocr-script-hebr tesseract-ocr-osd' as root, then start again."
    )


def test_no_apt(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(install, "SYSTEM_PATH", str(tmp_path))
        with pytest.raises(Trouble, match="Recto needs programs that Debian calls tesseract-ocr, nginx, redis-server"):
            install.packages()


def test_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(["up", "--no-such-option"])

    assert end.value.code == 2


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.write_missing(folder)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    keys.write_missing(folder)

    assert set(first) == {"secret_key", "jwt.pem"}
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert first["jwt.pem"].startswith(b"-----BEGIN PRIVATE KEY-----")


def test_a_key_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / ".jwt.pem.full").symlink_to("/dev/full")
    target = tmp_path / "jwt.pem"
    with pytest.raises(FileNotFoundError):
        keys.write_secret(tmp_path / "absent" / "jwt.pem", b"key")

    assert not target.exists()


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A package that holds nothing."""
    path = tmp_path / "wheels" / "leaf-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("leaf-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: leaf\nVersion: 1.0\n")
        file.writestr("leaf-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("leaf-1.0.dist-info/RECORD", "")
    return path


@pytest.mark.parametrize("honest", [True, False])
def test_hashes_are_enforced(tmp_path: Path, wheel: Path, honest: bool) -> None:
    """A file that is not the pinned one is not installed, though its name and version are right."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest() if honest else "0" * 64
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"leaf==1.0 --hash=sha256:{digest}\n")
    target = ["--target", tmp_path / "site", "--no-index", "--find-links", wheel.parent, "--no-cache"]
    command = [install.VENV / "bin" / "uv", *install.sync(install.PYTHON, lock), *target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode == 0) is honest, done.stderr
    assert (tmp_path / "site" / "leaf-1.0.dist-info").exists() is honest


def test_every_requirement_has_a_hash() -> None:
    text = install.REQUIREMENTS.read_text()
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]

    assert len(pins) > 50
    assert all(re.match(r"[\w.\[\]-]+==\S+ .*\\$", pin) for pin in pins), pins


def test_restoring_what_runs(tmp_path: Path) -> None:
    running = Stack(tmp_path, ports=Ports.free())
    running.claim()
    with pytest.raises(Trouble, match="already runs"):
        restore(["recto.tar", "--var", str(tmp_path)])
    running.stop()


def test_every_node_package_has_a_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert len(packages) > 5
    assert all(package["integrity"].startswith("sha512-") for name, package in packages.items() if name)
