"""Who is next, who has to go, and that a place is never lost."""

from collections.abc import Awaitable, Callable

import anyio
import pytest
from anyio.abc import TaskGroup

from fastapi_app.errors import Overloaded
from fastapi_app.line import Line


class Street:
    """People at a line with one slot; everybody keeps it until the next tick."""

    def __init__(self, group: TaskGroup, line: Line) -> None:
        self.line = line
        self.served: list[str] = []
        self.refused: list[str] = []
        self._group = group
        self._tick = anyio.Event()

    async def come(self, *names: str) -> list[anyio.CancelScope]:
        """`a1` is the first run of a, `A1` a kept one of another person."""
        scopes = []
        for name in names:
            scopes.append(anyio.CancelScope())
            self._group.start_soon(self._stand, name, scopes[-1])
            await anyio.wait_all_tasks_blocked()
        return scopes

    async def _stand(self, name: str, scope: anyio.CancelScope) -> None:
        with scope:
            try:
                async with self.line.slot(name[0], is_kept=name[0].isupper()):
                    self.served.append(name)
                    await self._tick.wait()
            except Overloaded:
                self.refused.append(name)

    async def tick(self) -> None:
        """Whoever has a slot is done."""
        tick, self._tick = self._tick, anyio.Event()
        tick.set()
        await anyio.wait_all_tasks_blocked()

    async def empty(self) -> list[str]:
        while self.line.busy:
            await self.tick()
        assert self.line.waiting == 0
        return self.served


def play(scene: Callable[[Street], Awaitable[None]], *, slots: int = 1, places: int = 9, patience: float = 60) -> None:
    async def begin() -> None:
        async with anyio.create_task_group() as group:
            await scene(Street(group, Line(slots, places, patience)))

    anyio.run(begin)


def test_one_user_is_served_in_order() -> None:
    async def scene(street: Street) -> None:
        await street.come("a1", "a2", "a3")
        assert await street.empty() == ["a1", "a2", "a3"]

    play(scene)


def test_whoever_has_many_runs_does_not_hold_up_the_others() -> None:
    async def scene(street: Street) -> None:
        await street.come("a1", "a2", "a3", "a4", "b1", "c1", "b2")
        assert await street.empty() == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]

    play(scene)


def test_second_slot_goes_to_somebody_else() -> None:
    async def scene(street: Street) -> None:
        await street.come("a1", "a2", "a3", "b1")
        await street.tick()
        assert street.served[2:] == ["b1", "a3"]
        await street.empty()

    play(scene, slots=2)


def test_full_line_refuses() -> None:
    async def scene(street: Street) -> None:
        await street.come("a1", "b1", "c1", "d1")
        assert street.refused == ["d1"]
        assert await street.empty() == ["a1", "b1", "c1"]

    play(scene, places=2)


def test_no_places_at_all() -> None:
    async def scene(street: Street) -> None:
        await street.come("a1", "b1")
        assert street.refused == ["b1"]
        assert await street.empty() == ["a1"]

    play(scene, places=0)


def test_nobody_fills_the_line() -> None:
    """The last of whoever holds most places makes room, until both hold the same."""

    async def scene(street: Street) -> None:
        await street.come("a1", "a2", "a3", "a4", "a5", "a6")
        assert street.refused == ["a6"]
        await street.come("b1", "b2", "b3")
        assert street.refused == ["a6", "a5", "a4", "b3"]
        assert await street.empty() == ["a1", "b1", "a2", "b2", "a3"]

    play(scene, places=4)


@pytest.mark.parametrize("who", [0, 1, 2], ids=["at work", "waiting", "last"])
def test_whoever_goes_leaves_the_place(who: int) -> None:
    async def scene(street: Street) -> None:
        scopes = await street.come("a1", "b1", "c1")
        scopes[who].cancel()
        await anyio.wait_all_tasks_blocked()
        await street.come("d1")
        assert street.refused == []
        await street.empty()
        assert (street.line.busy, street.line.waiting) == (0, 0)

    play(scene, places=2)


def test_gone_in_the_moment_of_the_call() -> None:
    """The slot that was just given is given on."""

    async def scene(street: Street) -> None:
        scopes = await street.come("a1", "b1", "c1")
        scopes[0].cancel()
        scopes[1].cancel()
        await anyio.wait_all_tasks_blocked()
        assert street.served == ["a1", "c1"]
        await street.empty()

    play(scene)


def test_nothing_is_remembered_of_those_who_left() -> None:
    async def scene(street: Street) -> None:
        await street.come(*(f"{name}1" for name in "abcdefgh"))
        await street.empty()
        assert not street.line._turns
        assert not street.line._running

    play(scene)


def test_kept_runs_find_a_place() -> None:
    async def scene(street: Street) -> None:
        await street.come("A1", "A2", "A3", "A4")
        assert await street.empty() == ["A1", "A2", "A3", "A4"]
        assert not street.refused

    play(scene, places=1)


def test_kept_runs_keep_new_ones_of_their_user_out() -> None:
    async def scene(street: Street) -> None:
        await street.come("b1", "A1", "A2", "c1", "c2", "c3")
        assert street.refused == ["c2", "c3"]
        await street.empty()

    play(scene, places=2)


def test_kept_runs_lose_their_place_to_nobody_and_keep_nobody_out() -> None:
    async def scene(street: Street) -> None:
        await street.come("A1", "A2", "A3", "A4", "b1")
        assert await street.empty() == ["A1", "b1", "A2", "A3", "A4"]
        assert not street.refused

    play(scene, places=2)


def test_nobody_waits_for_ever() -> None:
    """But what belongs to a request that has begun does."""

    async def scene(street: Street) -> None:
        await street.come("a1", "b1", "B2")
        while "b1" not in street.refused:
            await anyio.sleep(0.01)
        assert await street.empty() == ["a1", "B2"]
        assert street.refused == ["b1"]

    play(scene, patience=0.05)
