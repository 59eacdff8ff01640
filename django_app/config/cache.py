"""The shared cache. Everything in it can be done without for a while, so pages open when Redis is away."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def without_redis(answer: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What the method answers while Redis does not."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def tolerant(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except RedisError as error:
                log.warning("Redis does not answer: %s", type(error).__name__)
                return answer

        return tolerant

    return decorate


class TolerantRedisCache(RedisCache):
    """Misses while Redis is away; `add` then succeeds, so that work goes on."""

    add = without_redis(True)(RedisCache.add)
    set = without_redis(None)(RedisCache.set)
    touch = without_redis(False)(RedisCache.touch)
    delete = without_redis(False)(RedisCache.delete)
    incr = without_redis(0)(RedisCache.incr)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return without_redis(default)(super().get)(key, default, version)
