"""Children that have done their work well and wait for more from the same person, as a socket's child does."""

import asyncio
from dataclasses import dataclass

from fastapi_app.children import Child

LARGEST = 512 * 1024 * 1024  # bytes: what has grown beyond would hold too much for whoever may not come again


@dataclass(frozen=True, eq=False)
class Waiting:
    """A child, whose it is, and its end."""

    user: str
    child: Child
    end: asyncio.TimerHandle


class Lingering:
    """At most `most` children, each for `seconds`; nobody gets another person's."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._waiting: list[Waiting] = []  # the one that has waited longest comes first

    def take(self, user: str) -> Child | None:
        """The one that this person had last, if it is still there."""
        for waiting in reversed(self._waiting):
            if waiting.user == user:
                self._forget(waiting)
                if waiting.child.alive:
                    return waiting.child
                waiting.child.kill()
        return None

    def keep(self, user: str, child: Child) -> None:
        """Unless it is broken, busy, or has grown; the one that has waited longest makes room."""
        if child.busy or not child.alive or child.resident_bytes > LARGEST:
            child.kill()
            return
        end = asyncio.get_running_loop().call_later(self._seconds, self._let_go, child)
        self._waiting.append(Waiting(user, child, end))
        if len(self._waiting) > self._most:
            self._let_go(self._waiting[0].child)

    def clear(self) -> None:
        for waiting in list(self._waiting):
            self._let_go(waiting.child)

    def _let_go(self, child: Child) -> None:
        for waiting in self._waiting:
            if waiting.child is child:
                self._forget(waiting)
                break
        child.kill()

    def _forget(self, waiting: Waiting) -> None:
        waiting.end.cancel()
        self._waiting.remove(waiting)
