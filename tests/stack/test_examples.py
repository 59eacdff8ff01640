"""The example programs do what they say, against the running Recto."""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from launcher.places import ROOT
from samples import TRUTH, sample_page
from tests.running import PASSWORD, Visitor


def run(example: str, alice: Visitor, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    account = {"RECTO_URL": alice.origin, "RECTO_USER": alice.name, "RECTO_PASSWORD": PASSWORD}
    program = [sys.executable] if example.endswith(".py") else []
    command = [*program, ROOT / "examples" / example, *arguments]
    return subprocess.run(command, env=os.environ | account, capture_output=True, text=True, timeout=90, check=False)


def test_clean_and_read(alice: Visitor, tmp_path: Path) -> None:
    page = tmp_path / "page.jpg"
    page.write_bytes(sample_page())
    done = run("clean_and_read.py", alice, page, "eng+heb")

    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "page.clean.png") as clean:
        assert clean.mode == "1"
    assert sum(line in done.stdout for line in TRUTH) >= len(TRUTH) // 2


def test_clean_and_read_says_what_is_wrong(alice: Visitor, tmp_path: Path) -> None:
    page = tmp_path / "page.jpg"
    page.write_bytes(b"not a page")
    done = run("clean_and_read.py", alice, page)

    assert done.returncode == 1
    assert done.stderr.startswith("415: ")


def test_live(alice: Visitor, tmp_path: Path) -> None:
    page = tmp_path / "page.jpg"
    page.write_bytes(sample_page())
    done = run("live.py", alice, page)

    assert done.returncode == 0, done.stderr
    assert "100 %" in done.stdout
    with Image.open(tmp_path / "page.live.png") as clean:
        assert clean.width > 2000


def test_read_many(alice: Visitor, photo: bytes, tmp_path: Path) -> None:
    page, other = tmp_path / "page.jpg", tmp_path / "other.jpg"
    page.write_bytes(photo)
    other.write_bytes(b"not a page")
    done = run("read_many.py", alice, page, other, page)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("quick brown fox") == 2
    assert "not read: The file is not an image" in done.stdout
    assert "running" in done.stderr


def test_read_one_with_curl(alice: Visitor, photo: bytes, tmp_path: Path) -> None:
    page = tmp_path / "page.jpg"
    page.write_bytes(photo)
    done = run("read_one.sh", alice, page)

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "completed"
    assert "quick brown fox" in answer["result"]
