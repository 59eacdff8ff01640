"""Rows as JSON, the same whichever database they come from: a member of the archive holds some thousand of one table.

Its first line names the columns, each further one is a row; gzip around it, with a checksum of its own.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import DatabaseError
from django.db.models import Model

from django_app.backup import schema
from django_app.backup.archive import Member
from django_app.backup.errors import DamagedError

FOLDER = "rows"
CHUNK = 4 * 1024 * 1024  # bytes of JSON in a member, and one row more
LINES = 10_000  # rows in a member
MOST = 256 * 1024 * 1024  # bytes that a member may unpack to
AT_ONCE = 2000
GZIP = 16 + zlib.MAX_WBITS


def dumped() -> Iterator[tuple[str, bytes, int]]:
    """Every table, in members: name, content, number of rows."""
    for model in schema.models():
        numbers = count(1)
        for lines in chunks(encoded(model)):
            name = f"{FOLDER}/{model._meta.label_lower}/{next(numbers):06}.jsonl.gz"
            yield name, packed([to_line(columns(model)), *lines]), len(lines)


def columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def encoded(model: type[Model]) -> Iterator[bytes]:
    rows = model._base_manager.order_by("pk").values_list(*columns(model))
    return map(to_line, rows.iterator(chunk_size=AT_ONCE))


def to_line(values: Iterable[Any]) -> bytes:
    return to_json(list(values)).encode() + b"\n"


def portable(value: object) -> str:
    if isinstance(value, date | time):  # a datetime, too, to the microsecond
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an archive yet.")


to_json = json.JSONEncoder(default=portable, separators=(",", ":")).encode


def chunks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    size = 0
    for line in lines:
        some.append(line)
        size += len(line)
        if size >= CHUNK or len(some) == LINES:
            yield some
            some, size = [], 0
    if some:
        yield some


def packed(lines: list[bytes]) -> bytes:
    press = zlib.compressobj(1, wbits=GZIP)
    return b"".join([*map(press.compress, lines), press.flush()])


def unpacked(member: Member) -> list[bytes]:
    """Raises DamagedError."""
    unpack = zlib.decompressobj(GZIP)
    try:
        content = unpack.decompress(member.whole(MOST), MOST)
    except zlib.error as error:
        raise DamagedError(f"The archive is damaged: {member.name} is not what was written.") from error
    if not unpack.eof:
        raise DamagedError(f"The archive is damaged: {member.name} is not whole.")
    return content.splitlines()


def load(registry: Apps, member: Member) -> int:
    """Writes a member's rows; how many. `registry`: the models of its time. Raises DamagedError."""
    lines = unpacked(member)
    try:
        model = registry.get_model(member.name.split("/")[1])
        names = json.loads(lines[0])
        found = [model(**dict(zip(names, json.loads(line), strict=True))) for line in lines[1:]]
        model._base_manager.bulk_create(found, batch_size=AT_ONCE)
    except (LookupError, ValueError, TypeError, DatabaseError) as error:
        raise DamagedError(f"The rows of {member.name} cannot be taken in: {error}") from error
    return len(found)
