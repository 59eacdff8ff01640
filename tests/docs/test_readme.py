"""What the README says of settings and commands is what the code knows."""

import re
import subprocess

import pytest

from fastapi_app.settings import Settings
from launcher import nginx
from launcher.places import ROOT

README = (ROOT / "README.md").read_text()
NAME = re.compile(r"RECTO_[A-Z0-9_]+")
TABLE = {name for line in README.splitlines() if line.startswith("| `RECTO_") for name in NAME.findall(line)}


def read_by_django() -> set[str]:
    return set(NAME.findall((ROOT / "django_app" / "config" / "settings.py").read_text()))


def read_by_fastapi() -> set[str]:
    return {f"RECTO_{field.upper()}" for field in Settings.model_fields}


def read_by_the_launcher() -> set[str]:
    own = "".join((ROOT / "launcher" / name).read_text() for name in ("container.py", "monitor.py", "ports.py"))
    return {*NAME.findall(own), *nginx.SETTINGS}


def test_every_setting_stands_in_the_table() -> None:
    assert read_by_django() | read_by_fastapi() | read_by_the_launcher() == TABLE


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"\./recto (\w+)", README))))
def test_every_command_exists(verb: str) -> None:
    listed = subprocess.run([ROOT / "recto", "--help"], capture_output=True, text=True, check=True).stdout

    assert re.search(rf"^ +{verb}\b", listed, re.MULTILINE)


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
