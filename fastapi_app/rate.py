"""How often one person may ask: a bucket that empties evenly, kept in this process alone."""

import math
import time
from collections.abc import Callable

from fastapi_app.errors import TooManyRequests

MINUTE = 60.0
KEPT = 10_000  # people; whose bucket has emptied is forgotten when there are more


class Rate:
    """`limit` requests a minute of each person, at once or spread; 0 for no limit.

    A bucket is the moment when it will be empty (the virtual scheduling of ITU-T I.371, "GCRA")."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._empty_at: dict[str, float] = {}

    def take(self, user: str) -> None:
        """Raises TooManyRequests."""
        if not self._limit:
            return
        now = self._clock()
        each = MINUTE / self._limit
        empty_at = max(now, self._empty_at.get(user, now))
        if (wait := empty_at + each - now - MINUTE) > 1e-6:
            raise TooManyRequests(math.ceil(wait))
        self._empty_at[user] = empty_at + each
        if len(self._empty_at) > KEPT:
            self._empty_at = {user: at for user, at in self._empty_at.items() if at > now}
