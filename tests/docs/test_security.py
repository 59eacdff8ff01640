"""What docs/security.md says is met, is met in a file that is there, and shown by a test that is there."""

import ast
import re
from functools import cache

from launcher.places import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
PATHS = sorted(set(re.findall(r"`([\w.-]+(?:/[\w.-]+)+|[\w-]+\.(?:md|json|txt|toml|yml))`", TEXT)))
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def test_every_row_has_its_test() -> None:
    assert len(ROWS) > 100
    assert [number for number, _, _, test in ROWS if not re.match(r"`tests/", test)] == []


def test_no_requirement_is_met_and_not_met() -> None:
    missing = set(re.findall(r"\d+\.\d+\.\d+", TEXT.partition("## Not met")[2]))
    assert {number for number, *_ in ROWS} & missing == {"8.2.1"}  # met for programs only


def test_every_file_is_there() -> None:
    assert [path for path in PATHS if not (ROOT / path).exists()] == []


def test_every_test_is_there() -> None:
    assert [f"{path}::{name}" for path, name in TESTS if name not in functions(path)] == []


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
