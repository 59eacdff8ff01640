"""What is not a whole archive of this installation's kind is refused in one sentence, and nothing has changed."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from django_app.backup import header, rows, schema
from django_app.backup.archive import writing
from django_app.backup.errors import BackupError, DamagedError, NewerError
from django_app.backup.progress import Progress
from django_app.backup.restoring import restore, verify
from tests.backup.conftest import files, written

Damage = Callable[[bytes], bytes]
FILE = bytes(range(256)) * 100
MEMBER = ["id", "project_id", "user_id", "role"]
ROWS = rows.packed([rows.to_line(MEMBER), rows.to_line([1, 7, 8, "owner"])])  # of a project that is not there


def sound() -> bytes:
    return written(("media/originals/one.png", FILE), ("rows/projects.member/000001.jsonl.gz", ROWS))


def flipped(within: bytes) -> Damage:
    def flip(archive: bytes) -> bytes:
        place = archive.index(within) + 5
        return archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :]

    return flip


def other(name: str) -> Damage:
    return lambda _: written((name, FILE))


DAMAGES: dict[str, Damage] = {
    "a byte of a file": flipped(FILE),
    "a byte of the rows": flipped(ROWS),
    "a byte of a name": flipped(b"media/originals"),
    "a byte of the list": flipped(b"  recto.json\n"),
    "the header alone": lambda archive: archive[:2048],
    "cut in a file": lambda archive: archive[:20_000],
    "cut before the list": lambda archive: archive[: archive.index(b"SHA256SUMS")],
    "something behind": lambda archive: archive + b"more",
    "two of them": lambda archive: archive + archive,
    "nothing": lambda _: b"",
    "something else": lambda _: b"%PDF-1.7" * 500,
}


@pytest.mark.django_db
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage(damage: str) -> None:
    archive = sound()
    assert verify(io.BytesIO(archive)).format == header.FORMAT
    with pytest.raises(DamagedError, match=r"damaged|not an archive"):
        verify(io.BytesIO(DAMAGES[damage](archive)))


class Stream(io.BytesIO):
    """What comes through a pipe cannot be looked through first."""

    def seekable(self) -> bool:
        return False


NAMES = ("media/../../etc/passwd", "media//etc/passwd", "media/originals/../x", "media/cache/1/x.jpg", "media/.x/y")


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_elsewhere(db: None, media: Path, name: str) -> None:
    with pytest.raises(DamagedError, match="no name of a file"):
        restore(Stream(written((name, FILE))), Progress(print))
    assert files(media) == {}


@pytest.mark.parametrize("damage", [DAMAGES["a byte of a file"], bytes], ids=["a file", "rows that refer to nothing"])
def test_what_was_written_is_taken_back(transactional_db: None, media: Path, damage: Damage) -> None:
    """The tables have been made anew by then, and hold rows."""
    before = schema.applied()
    with pytest.raises(DamagedError, match=r"is not what was written|do not fit together"):
        restore(Stream(damage(sound())), Progress(print))
    assert files(media) == {}
    assert schema.applied() == before
    schema.refuse_occupied()


def headed(**facts: Any) -> bytes:
    out = io.BytesIO()
    with writing(out) as archive:
        head = json.loads(header.Header.of_now(datetime.now(UTC)).to_bytes())
        archive.add_bytes(header.NAME, json.dumps(head | {"recto_version": "9.1"} | facts).encode())
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"format": 2}, {"migrations": {"pages": ["0099_better"]}}], ids=str)
def test_a_newer_version(facts: dict[str, Any]) -> None:
    with pytest.raises(NewerError, match=r"of Recto 9\.1"):
        verify(io.BytesIO(headed(**facts)))


def test_an_installation_with_people(alice: Any, tmp_path: Path) -> None:
    (tmp_path / "recto.tar").write_bytes(sound())
    with pytest.raises(CommandError, match="Nothing was restored: This installation is not empty: it has users"):
        call_command("restore", str(tmp_path / "recto.tar"))


@pytest.mark.django_db
def test_another_file_of_the_same_name(media: Path) -> None:
    (media / "originals").mkdir()
    (media / "originals" / "one.png").write_bytes(b"another")
    with pytest.raises(BackupError, match=r"Another originals/one\.png lies in the media folder"):
        restore(Stream(sound()), Progress(print))
    assert files(media) == {"originals/one.png": b"another"}


@pytest.mark.django_db
def test_tables_of_another_version(tmp_path: Path) -> None:
    MigrationRecorder.Migration.objects.filter(app="backup").delete()
    with pytest.raises(CommandError, match="not of this version"):
        call_command("backup", str(tmp_path / "recto.tar"))
    assert list(tmp_path.iterdir()) == []
