"""The archive's first member: what it is, and of which version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import connection

from django_app.backup import schema
from django_app.backup.archive import Member
from django_app.backup.errors import DamagedError, NewerError

NAME = "recto.json"
FORMAT = 1
MOST = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Header:
    """`migrations`: those that have been applied, by application; they say which tables and columns the rows have."""

    format: int
    recto_version: str
    begun_at: str
    database: str
    migrations: Mapping[str, list[str]]

    @classmethod
    def of_now(cls, begun_at: datetime) -> Self:
        return cls(FORMAT, settings.VERSION, begun_at.isoformat(), connection.vendor, schema.applied())

    @classmethod
    def read(cls, member: Member | None) -> Self:
        """Raises DamagedError, NewerError."""
        if member is None or member.name != NAME:
            raise DamagedError("This is not an archive of Recto.")
        try:
            said: dict[str, Any] = json.loads(member.whole(MOST))
            if said["format"] > FORMAT:
                raise newer(said["recto_version"])
            header = cls(**said)
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedError("The archive is damaged: its header cannot be read.") from error
        if schema.unknown(header.migrations):
            raise newer(header.recto_version)
        return header

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def newer(version: str) -> NewerError:
    return NewerError(
        f"The archive is of Recto {version}, which has tables that this one ({settings.VERSION}) does not know: "
        "restore it with that version or a later one."
    )
