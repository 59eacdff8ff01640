"""A person of `bench load` in front of the running stack."""

import asyncio

import pytest

from bench.load import people, uploads
from bench.load.ledger import SERVED, Ledger
from bench.load.people import ASK, CLEAN, IMAGE, JOB, LIVE, READ, SIGN_IN, UPLOAD, VIEW, Person
from bench.load.pictures import Pictures
from bench.load.uploads import Found
from launcher.stack import Stack
from tests.running import PASSWORD, Visitor, unique_name


def test_a_person_does_everything_and_is_served(stack: Stack, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PASSWORD", PASSWORD)
    name = Visitor(stack, unique_name("reader")).sign_up().name
    ledger = Ledger()

    found = asyncio.run(everything(Person(name, stack.origin, ledger, Pictures(photo, photo, photo))))

    assert {sample.outcome for sample in ledger.samples} == {SERVED}, ledger.broken()
    assert set(ledger.kinds()) == {ASK, CLEAN, IMAGE, JOB, LIVE, READ, SIGN_IN, UPLOAD, VIEW}
    assert found == Found(kept=2, refused=0, lost=(), stray=(), unclear=())


async def everything(person: Person) -> Found:
    """What they do, once each; then whether their uploads are there."""
    assert await person.come_in()
    for habit in person.habits():
        await habit()
    found = await uploads.look([person])
    await person.visitor.close()
    return found
