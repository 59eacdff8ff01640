"""How many requests a minute the API takes of one person, and of an address that is nobody's. 0: no limit.

Counted in the cache by the clock's minute: two commands of Redis. While it is away nobody is refused; nginx still
counts addresses."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from django_app.config.address import client_address

MINUTE = 60


class PerMinute(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        limit, who = self.limit(), self.who(request)
        return not limit or who is None or count(f"rate.{who}.{int(time.time()) // MINUTE}") <= limit

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE

    def limit(self) -> int:
        raise NotImplementedError

    def who(self, request: Request) -> str | None:
        raise NotImplementedError


class OfAddress(PerMinute):
    def limit(self) -> int:
        return int(settings.ANONYMOUS_RATE)

    def who(self, request: Request) -> str | None:
        return None if request.user.is_authenticated else f"address.{client_address(request._request)}"


class OfPerson(PerMinute):
    """With a session or any of their tokens."""

    def limit(self) -> int:
        return int(settings.USER_RATE)

    def who(self, request: Request) -> str | None:
        return f"user.{request.user.pk}" if request.user.is_authenticated else None


def count(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:  # the first in this minute
        cache.add(key, 1, 2 * MINUTE)
        return 1
