"""Flower: on this machine only, behind its password, and only when it is wanted."""

import os
import subprocess
import sys
from pathlib import Path

import requests

from launcher.places import ROOT
from launcher.ports import Ports
from launcher.programs import Layout, programs
from tests.launcher.conftest import answer
from tests.redis_server import RedisServer


def test_only_with_its_password() -> None:
    port = Ports.free().monitor
    url = f"http://127.0.0.1:{port}/"
    with RedisServer() as server:
        environment = os.environ | {"RECTO_REDIS_URL": server.url, "RECTO_MONITOR_PASSWORD": "open sesame"}
        command = [sys.executable, "-m", "launcher.monitor", "127.0.0.1", str(port)]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as flower:
            try:
                nobody = answer(url)
                assert nobody.status_code == 401
                assert requests.get(url, auth=("recto", "wrong"), timeout=20).status_code == 401
                shown = requests.get(url, auth=("recto", "open sesame"), timeout=20)
                assert shown.status_code == 200
                assert "Flower" in shown.text
                assert requests.get(url + "api/workers", timeout=20).status_code == 401
                arguments = Path(f"/proc/{flower.pid}/cmdline").read_text()
                assert "sesame" not in arguments
                assert "redis" not in arguments
                assert "--address=127.0.0.1" in arguments
            finally:
                flower.terminate()


def test_only_when_it_is_wanted(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path)
    usual = {program.name for program in programs(layout, Ports(), {})}
    watched = {program.name: program for program in programs(layout, Ports(), {}, monitor=True)}

    assert set(watched) - usual == {"flower"}
    sections = {name: program.section(tmp_path) for name, program in watched.items()}
    assert "RECTO_MONITOR_PASSWORD" in sections["fastapi"]  # as a name to forget
    assert "RECTO_MONITOR_PASSWORD" not in sections["flower"]
    assert "RECTO_SECRET_KEY" in sections["flower"]
