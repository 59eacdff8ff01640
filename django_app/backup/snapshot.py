"""One state of the database for as long as it is read; nobody who writes is kept waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Begins with the first query within the block."""
    with deferred(), transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def deferred() -> Iterator[None]:
    """On SQLite transactions take the lock of writers when they begin (settings.py). This one writes nothing."""
    database = cast(Any, connection)
    database.ensure_connection()  # which sets the mode
    mode = getattr(database, "transaction_mode", None)
    if connection.vendor == "sqlite":
        database.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            database.transaction_mode = mode
