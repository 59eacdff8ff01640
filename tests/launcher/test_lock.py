"""Each image gets its part of the lock, with the hashes."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

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


@pytest.mark.parametrize(
    ("role", "folders"), [("web", ("django_app", "telemetry")), ("engine", ("fastapi_app", "telemetry"))]
)
def test_an_image_has_what_its_application_imports(role: str, folders: tuple[str, ...]) -> None:
    locked = set(names(part(LOCK, roots(PYPROJECT, [role, "reports"]))))
    homes = packages_distributions()
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    for module in sorted({module for file in files for module in imported(file)} & homes.keys()):
        assert locked & {canonicalize_name(home) for home in homes[module]}, module


def imported(file: Path) -> Iterator[str]:
    """Modules, without what stands behind their first dot."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
