"""What runs in a container is what `./recto up` runs."""

from pathlib import Path

import pytest

from launcher.container import DOORS, WORKERS, command
from launcher.places import PYTHON
from launcher.ports import Ports
from launcher.programs import Layout, programs


def test_the_same_commands(tmp_path: Path) -> None:
    """Besides addresses, folders and which Python."""
    names = {"web": "django"}
    under_up = {one.name: one.command for one in programs(Layout(tmp_path, tmp_path), Ports(), {}, monitor=True)}
    for name in (*DOORS, *WORKERS):
        here, there = list(command(name, {})), under_up[names.get(name, name)]
        there = there[there.index(str(PYTHON)) :]  # some are told which port to take, before
        assert len(here) == len(there)
        differing = {word for word, other in zip(here[1:], there[1:], strict=True) if word != other}
        assert differing <= {"0.0.0.0", "0.0.0.0:8000", "*", "/tmp"}


def test_an_unknown_program() -> None:
    with pytest.raises(SystemExit, match="There is no program webb; there are web, fastapi"):
        command("webb", {})
