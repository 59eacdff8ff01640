"""After a load: is every upload that was taken in there, byte for byte, and is nothing there that was refused?"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from bench.load.people import Person

AT_ONCE = 4


@dataclass(frozen=True)
class Found:
    """Names of uploads. `lost`: answered 2xx, but not there or not the same; `stray`: refused, and there all the same.
    `unclear`: no answer came, so either would be right, but somebody was left in doubt."""

    kept: int
    refused: int
    lost: tuple[str, ...]
    stray: tuple[str, ...]
    unclear: tuple[str, ...]


async def look(people: Sequence[Person]) -> Found:
    """With the sessions that the people had."""
    gate = asyncio.Semaphore(AT_ONCE)
    there: dict[str, str] = {}

    async def of(person: Person) -> None:
        async with gate:
            there.update(await _stored(person.visitor.client, person.documents))

    await asyncio.gather(*map(of, people))
    kept = {name: digest for person in people for name, digest in person.kept.items()}
    refused = {name for person in people for name in person.refused}
    return Found(
        len(kept),
        len(refused),
        tuple(name for name, digest in kept.items() if there.get(name) != digest),
        tuple(refused & there.keys()),
        tuple(name for person in people for name in person.unclear),
    )


async def _stored(client: httpx.AsyncClient, documents: Sequence[int]) -> dict[str, str]:
    """Names and SHA-256 of the originals."""
    found: dict[str, str] = {}
    for document in documents:
        path = f"/api/documents/{document}/pages/"
        while path:
            answer = (await client.get(path)).raise_for_status().json()
            for page in answer["results"]:
                first = min(page["versions"], key=lambda version: int(version["id"]))
                image = await client.get(f"{first['image']}?download=1")
                found[page["name"]] = hashlib.sha256(image.raise_for_status().content).hexdigest()
            path = answer["next"]
    return found
