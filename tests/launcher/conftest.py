"""The real script, run as somebody would type it, in a folder and on ports of its own."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from launcher.environment import clean_environment
from launcher.places import ROOT
from launcher.ports import VARIABLES, Ports

Recto = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ports() -> Ports:
    return Ports.free()


@pytest.fixture
def recto(tmp_path: Path, ports: Ports) -> Recto:
    """Runs `recto` with arguments from a folder that is not the checkout; `env` adds variables."""
    numbers = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}

    def run(*arguments: str | os.PathLike[str], **env: str) -> "subprocess.CompletedProcess[str]":
        environment = clean_environment(**numbers) | env
        command = [ROOT / "recto", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def answer(url: str) -> requests.Response:
    """As soon as there is one."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return requests.get(url, timeout=20)
        except requests.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
