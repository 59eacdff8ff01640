"""Works at the same time: OpenCV and, on large arrays, numpy let go of the interpreter while they calculate."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

Result = TypeVar("Result")
Other = TypeVar("Other")


def allowed() -> int:
    """As many as OpenCV may use: its setting is the one for all work on pixels."""
    return cv2.getNumThreads()


def both(one: Callable[[], Result], other: Callable[[], Other]) -> tuple[Result, Other]:
    """What the two give; one after the other where one thread is all that is allowed."""
    if allowed() < 2:
        return one(), other()
    with ThreadPoolExecutor(1) as beside:
        later = beside.submit(other)
        return one(), later.result()


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """What any number of works give, in their order."""
    if len(works) < 2 or allowed() < 2:
        return [work() for work in works]
    with ThreadPoolExecutor(len(works) - 1) as beside:
        later = [beside.submit(work) for work in works[1:]]
        return [works[0](), *(each.result() for each in later)]
