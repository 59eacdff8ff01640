from pathlib import Path

import pytest

from launcher.logs import Followed, is_serious


@pytest.mark.parametrize(
    ("line", "serious"),
    [
        ('{"level": "INFO", "message": "GET / 200"}', False),
        ('{"level": "WARNING", "message": "queue is full"}', True),
        ('{"level": "ERROR"}', True),
        ('{"time": "2026-01-01", "status": 500}', False),
        ("{broken", False),
        ("2026/01/01 10:00:00 [error] 12#12: connect() failed", True),
        ("2026/01/01 10:00:00 [notice] 12#12: start worker processes", False),
        ("[2026-01-01 10:00:00,000: WARNING/MainProcess] lost", True),
        ("", False),
    ],
)
def test_is_serious(line: str, serious: bool) -> None:
    assert is_serious(line) is serious


def test_follows_whole_lines_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "fastapi.log"
    path.write_text("before\n")
    log = Followed(path)
    assert list(log.lines()) == []

    with path.open("a") as file:
        file.write("one\ntwo\nhal")
    assert list(log.lines()) == ["one", "two"]
    with path.open("a") as file:
        file.write("f\n")
    assert list(log.lines()) == ["half"]


def test_follows_through_rotation(tmp_path: Path) -> None:
    path = tmp_path / "fastapi.log"
    path.write_text("before\n")
    log = Followed(path)
    path.rename(tmp_path / "fastapi.log.1")
    assert list(log.lines()) == []

    path.write_text("after\n")
    assert list(log.lines()) == ["after"]


def test_file_that_comes_later(tmp_path: Path) -> None:
    log = Followed(tmp_path / "django.log")
    assert list(log.lines()) == []

    (tmp_path / "django.log").write_text("hello\n")
    assert list(log.lines()) == ["hello"]
