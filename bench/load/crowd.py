"""The people of a load, in a process of their own: so many, for so long, until they are told to leave."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from bench.load import accounts, pictures, uploads
from bench.load.ledger import Ledger, Step
from bench.load.people import Person
from bench.load.uploads import Found
from bench.load.visitor import PATIENCE

ARRIVAL = 0.4  # seconds between two people who come in: signing in is dear


@dataclass(frozen=True)
class Crowd:
    """Our end: what the people are asked, and what they answer."""

    pipe: Connection

    def step(self, people: int, seconds: float) -> Step:
        return self._ask("step", people, seconds)

    def leave(self) -> Ledger:
        """All go home, when they have done what they are at."""
        return self._ask("leave")

    def found(self) -> Found:
        """Whether everything that was taken in is there, and nothing else."""
        return self._ask("found")

    def _ask(self, *words: Any) -> Any:
        """Raises EOFError when the people's process has died."""
        self.pipe.send(words)
        return self.pipe.recv()


@contextmanager
def crowd(origin: str) -> Iterator[Crowd]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(origin, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Crowd(ours)
    finally:
        process.terminate()
        process.join()


def _serve(origin: str, pipe: Connection) -> None:
    asyncio.run(_obey(Gathering(origin), pipe))


async def _obey(gathering: "Gathering", pipe: Connection) -> None:
    while True:
        word, *arguments = await asyncio.to_thread(pipe.recv)
        answer = await getattr(gathering, word)(*arguments)
        pipe.send(answer)


class Gathering:
    """Their end."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._pictures = pictures.drawn()
        self._ledger = Ledger()
        self._everybody: list[Person] = []
        self._at_work: list[tuple[Person, asyncio.Task[None]]] = []

    async def step(self, people: int, seconds: float) -> Step:
        """Until there are `people`, one after the other comes in; then `seconds` are measured."""
        arriving = self._open_ledger()
        while len(self._at_work) < people:
            self._let_in()
            await asyncio.sleep(ARRIVAL)
        await asyncio.sleep(2)
        measured = self._open_ledger()
        await asyncio.sleep(seconds)
        self._check()
        return Step(people, seconds, arriving, measured)

    async def leave(self) -> Ledger:
        last = self._open_ledger()
        for person, _ in self._at_work:
            person.is_leaving = True
        await asyncio.wait([task for _, task in self._at_work], timeout=2 * PATIENCE)
        self._check()
        self._at_work.clear()
        return last

    async def found(self) -> Found:
        found = await uploads.look(self._everybody)
        await asyncio.gather(*(person.visitor.close() for person in self._everybody))
        return found

    def _open_ledger(self) -> Ledger:
        self._ledger = Ledger()
        for person, _ in self._at_work:
            person.write_in(self._ledger)
        return self._ledger

    def _let_in(self) -> None:
        person = Person(accounts.name(len(self._everybody)), self._origin, self._ledger, self._pictures)
        self._everybody.append(person)
        self._at_work.append((person, asyncio.create_task(person.live())))

    def _check(self) -> None:
        """A person that fails is a fault of this program, and no result."""
        for _, task in self._at_work:
            if task.done():
                task.result()
