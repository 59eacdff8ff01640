"""Works at the same time, in threads that stay: OpenCV and, on large arrays, numpy let go of the interpreter while they
calculate. To start a thread costs half a millisecond, as much as what most of these works take.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import cv2

Result = TypeVar("Result")
Other = TypeVar("Other")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor()


# A fork takes no threads along, only the pool's belief that they are there.
os.register_at_fork(after_in_child=_pool.cache_clear)


def allowed() -> int:
    """As many as OpenCV may use: its setting is the one for all work on pixels."""
    return cv2.getNumThreads()


def both(one: Callable[[], Result], other: Callable[[], Other]) -> tuple[Result, Other]:
    """What the two give; one after the other where one thread is all that is allowed."""
    if allowed() < 2:
        return one(), other()
    later = _pool().submit(other)
    return one(), later.result()


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """What any number of works give, in their order."""
    if len(works) < 2 or allowed() < 2:
        return [work() for work in works]
    later = [_pool().submit(work) for work in works[1:]]
    return [works[0](), *(each.result() for each in later)]
