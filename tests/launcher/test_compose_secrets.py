"""Made once; what was there and is gone is not made anew."""

from pathlib import Path

import pytest

from django_app.users.tokens import read_private
from launcher.compose_secrets import write_once


def contents(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_once(tmp_path: Path) -> None:
    write_once(tmp_path)
    made = contents(tmp_path)
    assert len(made["web/secret_key"]) > 64
    assert read_private(tmp_path / "web" / "jwt.pem")
    assert made["database/password"].decode() in made["database/url"].decode()
    assert made["redis/redis.conf"] == b"requirepass " + made["redis/password"] + b"\n"

    write_once(tmp_path)
    assert contents(tmp_path) == made


@pytest.mark.parametrize("lost", ["web/jwt.pem", "database/password"])
@pytest.mark.parametrize("how", ["gone", "empty"])
def test_what_is_lost_is_not_replaced(tmp_path: Path, lost: str, how: str) -> None:
    write_once(tmp_path)
    (tmp_path / lost).unlink()
    if how == "empty":
        (tmp_path / lost).touch()

    with pytest.raises(FileNotFoundError, match=f"{lost} of this installation is missing or empty"):
        write_once(tmp_path)
