"""Waiting for a database that is away: a restart costs the pages in hand some seconds and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

from django_app.jobs.errors import DatabaseAwayError

T = TypeVar("T")

SECONDS = 60
PAUSE_SECONDS = 0.5


def patiently(act: Callable[[], T]) -> T:
    """Again while the database is away, which may last a minute. `act` must do no harm when it is done twice.

    Raises DatabaseAwayError; inside a transaction what the database says, since only the whole can be tried again.
    """
    deadline = 0.0
    while True:
        try:
            return act()
        except Error as error:
            if connection.in_atomic_block or not is_away(error):
                raise
            deadline = deadline or time.monotonic() + SECONDS
            if time.monotonic() >= deadline:
                raise DatabaseAwayError(str(error)) from error
            connection.close()
            time.sleep(PAUSE_SECONDS)


def is_away(error: Error) -> bool:
    """Or a deadlock, or a lock that took too long: whatever may be different the next time."""
    return isinstance(error, OperationalError | InterfaceError) or not connection.is_usable()
