"""`./recto test`: two runs at the same time."""

from pathlib import Path

import pytest

from launcher import testing

TEST = """
import os

def test_it():
    print("on", os.environ["RECTO_DATABASE_URL"].split(":")[0])
    assert not os.environ["RECTO_DATABASE_URL"].startswith("{broken}")
"""


@pytest.mark.parametrize(("broken", "code"), [("nowhere", 0), ("sqlite", 1), ("postgres", 1)])
def test_both_runs_end_and_are_shown(
    broken: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test_one.py"
    file.write_text(TEST.format(broken=broken))
    monkeypatch.setattr(testing, "ON_POSTGRES", (str(file),))
    monkeypatch.setattr(testing, "ON_SQLITE", (str(file),))
    assert testing._everything(["-q", "-s"]) == code
    said = capfd.readouterr().out
    assert said.index("on postgres") < said.index("at the same time") < said.index("on sqlite")
