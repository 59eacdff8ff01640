"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable
from typing import Any

MOST = 60.0  # seconds; much more than anything takes, also on a machine with other work


def until(look: Callable[[], Any], good: Callable[[Any], Any] = bool, seconds: float = MOST) -> Any:
    """What `look` sees as soon as it is good; fails with the last sight when it does not become so."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r} after {seconds:.0f} s"
        time.sleep(0.05)
    return seen
