"""What a database and a folder of static files were made from, as hashes: equal hash, nothing to do."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from launcher.places import ROOT

LOCKS = ("requirements.txt", "package-lock.json")
FILE_OF = "sqlite:///"


def of_static_files() -> str:
    """Own files by time and size, packages' files by the two lock files and the settings that choose among them."""
    return _hash([*_contents(LOCKS), *_facts("static/**/*"), *_contents(["django_app/config/settings.py"])])


def of_everything(environment: Mapping[str, str]) -> str | None:
    """Also the migrations and where things go. None if it cannot be known from here: then it must be looked at."""
    url = environment.get("RECTO_DATABASE_URL", "")
    if not url.startswith(FILE_OF) or not Path(url.removeprefix(FILE_OF)).exists():
        return None
    return _hash([of_static_files(), url, environment["RECTO_STATIC_ROOT"], *_facts("migrations/*.py")])


def _contents(names: list[str] | tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield (ROOT / name).read_text()


def _facts(pattern: str) -> Iterator[str]:
    for path in sorted((ROOT / "django_app").glob(f"**/{pattern}")):
        facts = path.stat()
        yield f"{path} {facts.st_mtime_ns} {facts.st_size}\n"


def _hash(parts: list[str]) -> str:
    return hashlib.sha256("".join(parts).encode()).hexdigest()
