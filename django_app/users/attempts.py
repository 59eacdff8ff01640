"""How often a password may be guessed: failed tries at one account, counted by the minute."""

import hashlib

from django.conf import settings
from django.core.cache import cache

MINUTE = 60


def exhausted(username: str) -> bool:
    return int(cache.get(name(username)) or 0) >= limit()


def failed(username: str) -> None:
    cache.add(name(username), 0, MINUTE)
    cache.incr(name(username))


def limit() -> int:
    return int(settings.TOKEN_RATE.partition("/")[0])


def name(username: str) -> str:
    return "attempts." + hashlib.sha256(username.casefold().encode()).hexdigest()
