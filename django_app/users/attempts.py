"""How often a password may be guessed: failed tries at one account, counted by the minute."""

import hashlib
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache

MINUTE = 60


def exhausted(username: str) -> bool:
    return int(cache.get(name(username)) or 0) >= limit()


def failed(username: str) -> None:
    if not cache.add(name(username), 1, MINUTE):
        with suppress(ValueError):  # the minute has just ended
            cache.incr(name(username))


def limit() -> int:
    return int(settings.TOKEN_RATE.partition("/")[0])


def name(username: str) -> str:
    return "attempts." + hashlib.sha256(username.casefold().encode()).hexdigest()
