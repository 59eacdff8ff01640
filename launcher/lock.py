"""The part of requirements.txt that some of pyproject.toml's roles need: `python -m launcher.lock web engine`.

Whoever has put a package into the lock stands below it (`# via …`); hashes come along, so pip checks every file."""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from launcher.places import ROOT

ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==.*(?:\n .*)*", re.MULTILINE)
PARENT = re.compile(r"^    #(?: via|  ) +([a-z0-9][a-z0-9._-]*)", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def part(lock: str, roots: Iterable[str]) -> str:
    """The entries of `roots`, and of what they need. KeyError for a root that is not in the lock."""
    entries = entries_of(lock)
    needed, following = set[str](), list(roots)
    while following:
        name = following.pop()
        if name not in needed:
            needed.add(name)
            following += children(entries, name)
    return "".join(f"{entry}\n" for name in sorted(needed) for entry in entries[name])


def entries_of(lock: str) -> dict[str, list[str]]:
    """By name; a package has several where Pythons differ in which version they take."""
    entries: dict[str, list[str]] = {}
    for entry in ENTRY.finditer(lock):
        entries.setdefault(entry[1], []).append(entry[0])
    return entries


def children(entries: dict[str, list[str]], parent: str) -> Iterator[str]:
    return (name for name, found in entries.items() if any(parent in PARENT.findall(entry) for entry in found))


def roots(pyproject: Path, roles: Iterable[str]) -> Iterator[str]:
    known = tomllib.loads(pyproject.read_text())["project"]["optional-dependencies"]
    for role in roles:
        for wanted in known[role]:
            if found := NAME.match(wanted):
                yield found[0].lower().replace("_", "-")


if __name__ == "__main__":
    print(part((ROOT / "requirements.txt").read_text(), roots(ROOT / "pyproject.toml", sys.argv[1:])), end="")
