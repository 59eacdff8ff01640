"""Each image gets its part of the lock, with the hashes."""

import re
import tomllib

import pytest

from launcher.lock import part, roots
from launcher.places import ROOT

LOCK = (ROOT / "requirements.txt").read_text()
PYPROJECT = ROOT / "pyproject.toml"
ROLES = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]


def names(lock: str) -> list[str]:
    return re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)


def test_all_roles_need_the_whole_lock() -> None:
    everything = part(LOCK, roots(PYPROJECT, ROLES))
    assert sorted(names(everything)) == sorted(names(LOCK))
    assert everything.count("--hash=") == LOCK.count("--hash=")


def test_django_gets_no_pixels() -> None:
    web = set(names(part(LOCK, roots(PYPROJECT, ["web"]))))
    assert {"django", "gunicorn", "asgiref", "vine", "botocore"} <= web
    assert not web & {"opencv-python-headless", "numpy", "pillow", "pytesseract", "fastapi", "pytest"}


def test_the_engine_gets_no_database() -> None:
    engine = names(part(LOCK, roots(PYPROJECT, ["engine"])))
    assert not {"psycopg2-binary", "djangorestframework", "gunicorn"} & set(engine)
    assert engine.count("numpy") == names(LOCK).count("numpy") == 2  # one for each Python


def test_unknown_root() -> None:
    with pytest.raises(KeyError):
        part(LOCK, ["quire"])
