"""The line in front of the slots: whoever has least going on is next, and nobody fills it for the others."""

import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from fastapi_app.errors import Overloaded


class Ticket:
    """One run of a user, waiting until `called`: for its slot, or to hear that its place went to somebody else."""

    def __init__(self, user: str, is_kept: bool) -> None:
        self.user = user
        self.is_kept = is_kept
        self.called = anyio.Event()
        self.has_slot = False


class Line:
    """`slots` runs go on at once, `places` more may wait.

    The next one is that of the user with fewest running, then of the one whose last turn is longest ago; a user's own
    runs keep their order. When all places are taken, whoever holds most of them loses the last to a user with fewer.
    Nobody waits longer than `patience` seconds: an answer that comes later than that is no answer any more.
    A kept run belongs to a request that has begun: it always finds a place, loses it to nobody, and waits for ever.
    """

    def __init__(self, slots: int, places: int, patience: float = math.inf) -> None:
        self._free = slots
        self._places = places
        self._patience = patience
        self._waiting: list[Ticket] = []
        self._running: Counter[str] = Counter()
        self._turns: dict[str, int] = {}  # of users with something running or waiting
        self._turn = 0

    @property
    def busy(self) -> int:
        return self._running.total()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @asynccontextmanager
    async def slot(self, user: str, *, is_kept: bool = False) -> AsyncIterator[None]:
        """Raises Overloaded when there is no place, or no longer."""
        ticket = self._join(user, is_kept)
        try:
            with anyio.move_on_after(math.inf if is_kept else self._patience):
                await ticket.called.wait()
            if not ticket.has_slot:
                raise Overloaded
            yield
        finally:
            self._leave(ticket)

    def _join(self, user: str, is_kept: bool) -> Ticket:
        ticket = Ticket(user, is_kept)
        if not is_kept and not self._free and len(self._waiting) >= self._places:
            self._make_room(user)
        self._waiting.append(ticket)
        self._call()
        return ticket

    def _make_room(self, user: str) -> None:
        """Raises Overloaded unless somebody waits with at least two more than `user`; what is kept stays even so."""
        held = Counter(ticket.user for ticket in self._waiting)
        most = max(held, key=held.__getitem__, default=user)
        if held[most] < held[user] + 2:
            raise Overloaded
        for last in reversed(self._waiting):
            if last.user == most and not last.is_kept:
                self._waiting.remove(last)
                last.called.set()
                return

    def _call(self) -> None:
        """Give free slots to those who are next."""
        while self._free and self._waiting:
            ticket = min(self._waiting, key=lambda each: (self._running[each.user], self._turns.get(each.user, 0)))
            self._waiting.remove(ticket)
            self._turn += 1
            self._turns[ticket.user] = self._turn
            self._running[ticket.user] += 1
            self._free -= 1
            ticket.has_slot = True
            ticket.called.set()

    def _leave(self, ticket: Ticket) -> None:
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        if ticket.has_slot:
            self._running[ticket.user] -= 1
            self._free += 1
            self._call()
        self._forget(ticket.user)

    def _forget(self, user: str) -> None:
        """A user of whom nothing is left has no turn to wait for."""
        if not self._running[user] and all(ticket.user != user for ticket in self._waiting):
            self._turns.pop(user, None)
            del self._running[user]
