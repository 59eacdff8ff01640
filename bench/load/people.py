"""The people of a load. Each signs in, looks, brings pages, cleans, reads, moves sliders, and thinks in between."""

import asyncio
import hashlib
import math
import random
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.load import preview
from bench.load.ledger import REFUSED, Ledger, Sample
from bench.load.pictures import Pictures, unlike
from bench.load.visitor import Visitor

PASSWORD = "the same for everybody here"
VIEW, IMAGE, UPLOAD, CLEAN, LIVE = "page view", "image", "upload", "clean-up", "live preview"
READ, JOB, SIGN_IN, ASK = "reading", "job", "sign-in", "small ask"
THINK = (2.0, 6.0)  # seconds between two things that a person does
PAGES = 12  # of a document; then the person begins another
LOOKS = 5  # at a job, a second apart

Page = dict[str, Any]


class Person:
    """`ledger` may be exchanged at any time; what was taken in and what was refused is kept for the end."""

    def __init__(self, name: str, origin: str, ledger: Ledger, pictures: Pictures) -> None:
        self.name = name
        self.kept: dict[str, str] = {}  # names of accepted uploads: SHA-256
        self.refused: set[str] = set()
        self.unclear: set[str] = set()
        self.documents: list[int] = []
        self.is_leaving = False
        self._origin = origin
        self._pictures = pictures
        self._chance = random.Random(name)
        self.visitor = Visitor(origin, ledger)
        self._project = 0
        self._pages: list[Page] = []
        self._large: Page | None = None

    def write_in(self, ledger: Ledger) -> None:
        self.visitor.ledger = ledger

    async def live(self) -> None:
        """Until told to leave."""
        while not self.is_leaving and not await self.come_in():
            await self._think()
        habits = self.habits()
        while not self.is_leaving:
            await self._think()
            await self._chance.choices(list(habits), list(habits.values()))[0]()

    def habits(self) -> dict[Callable[[], Awaitable[None]], int]:
        """What the person does, each so many times of 19."""
        return {
            self._look_at_list: 2,
            self._look_at_document: 3,
            self._look_at_page: 5,
            self._upload: 2,
            self._clean: 3,
            self._preview: 2,
            self._read: 1,
            self._save: 1,
        }

    async def come_in(self) -> bool:
        """Signed in, with a document to work on."""
        return await self._sign_in() and await self._settle()

    async def _think(self) -> None:
        pause = max(self._chance.uniform(*THINK), self.visitor.come_again)
        self.visitor.come_again = 0.0
        until = time.monotonic() + pause
        while not self.is_leaving and time.monotonic() < until:
            await asyncio.sleep(min(0.5, pause))

    # --- coming in -------------------------------------------------------------------------------------------------

    async def _sign_in(self) -> bool:
        if not await self.visitor.ask(VIEW, "GET", "/accounts/login/"):
            return False
        form = {"username": self.name, "password": PASSWORD, "csrfmiddlewaretoken": self.visitor.csrf}
        answer = await self.visitor.ask(SIGN_IN, "POST", "/accounts/login/", data=form)
        assert answer is None or answer.is_redirect, "the password was not taken"
        return answer is not None

    async def _settle(self) -> bool:
        """A document with a page of 9 megapixels."""
        if projects := await self.visitor.ask(ASK, "GET", "/api/projects/"):
            self._project = projects.json()["results"][0]["id"]
            if await self._begin_document():
                self._large = await self._bring(unlike(self._pictures.large, self.name))
        return self._large is not None

    async def _begin_document(self) -> bool:
        facts = {"name": f"Letters {len(self.documents)}", "project": self._project}
        begun = await self.visitor.ask(ASK, "POST", "/api/documents/", json=facts)
        if begun:
            self.documents.append(begun.json()["id"])
            self._pages = []
        return bool(begun)

    # --- bringing pages ----------------------------------------------------------------------------------------------

    async def _upload(self) -> None:
        if len(self._pages) < PAGES or await self._begin_document():
            await self._bring(self._pictures.next_page())

    async def _bring(self, image: bytes) -> Page | None:
        """The page as Django tells of it; None when it was not taken."""
        name = f"{self.name}-{len(self.kept) + len(self.refused) + len(self.unclear)}"
        path = f"/api/documents/{self.documents[-1]}/pages/"
        answer = await self.visitor.ask(UPLOAD, "POST", path, files={"file": (f"{name}.jpg", image)})
        if answer is None:
            (self.refused if self.visitor.outcome == REFUSED else self.unclear).add(name)
            return None
        self.kept[name] = hashlib.sha256(image).hexdigest()
        page: Page = answer.json()["pages"][0]
        self._pages.append(page)
        await self._image(page["thumbnail"])
        return page

    # --- looking -----------------------------------------------------------------------------------------------------

    async def _view(self, path: str) -> str:
        answer = await self.visitor.ask(VIEW, "GET", path)
        return answer.text if answer else ""

    async def _image(self, path: str) -> str:
        answer = await self.visitor.ask(IMAGE, "GET", path)
        return answer.text if answer and path.endswith(".dzi") else ""

    async def _look_at_list(self) -> None:
        await self._images_of(await self._view("/documents/"))

    async def _look_at_document(self) -> None:
        await self._images_of(await self._view(f"/documents/{self._chance.choice(self.documents)}/"))

    async def _images_of(self, html: str) -> None:
        """All thumbnails at once, as a browser fetches them."""
        found = sorted(set(re.findall(r"/versions/\d+/thumbnail", html)))
        await asyncio.gather(*(self._image(path) for path in found))

    async def _look_at_page(self) -> None:
        """The page and, of its pyramid, the level that fills a screen."""
        page = self._chance.choice([*self._pages, self._large])
        assert page is not None
        await self._view(page["url"])
        tiles = page["thumbnail"].replace("/thumbnail", "/tiles")
        described = await self._image(f"{tiles}/page.dzi")
        await asyncio.gather(*(self._image(f"{tiles}/page_files/{tile}") for tile in tiles_of(described)))

    # --- working -----------------------------------------------------------------------------------------------------

    async def _token(self, page: Page) -> dict[str, str] | None:
        asked = await self.visitor.ask(ASK, "GET", "/api/get-fastapi-token", params={"page": page["id"]})
        return {"Authorization": f"Bearer {asked.json()['access']}"} if asked else None

    async def _clean(self) -> None:
        """Twice of three times straight from the engine, else through Django."""
        assert self._large is not None
        if self._chance.random() < 1 / 3:
            await self.visitor.ask(CLEAN, "POST", "/api/fastapi/auto-process/", data={"page": self._large["id"]})
        elif headers := await self._token(self._large):
            await self.visitor.ask(CLEAN, "POST", "/api/fastapi/images/auto-process", headers=headers)

    async def _read(self) -> None:
        assert self._large is not None
        if headers := await self._token(self._large):
            options = {"files": {"file": ("lines.jpg", self._pictures.small)}, "headers": headers}
            await self.visitor.ask(READ, "POST", "/api/fastapi/ocr?languages=eng&format=text", **options)

    async def _save(self) -> None:
        """A version made by a job, which is looked at for a while."""
        assert self._large is not None
        begun = await self.visitor.ask(JOB, "POST", f"/api/pages/{self._large['id']}/versions/", json={})
        for _ in range(LOOKS if begun else 0):
            assert begun is not None
            await asyncio.sleep(1)
            now = await self.visitor.ask(JOB, "GET", f"/api/jobs/{begun.json()['id']}/")
            if now and now.json()["finished_at"]:
                return

    async def _preview(self) -> None:
        assert self._large is not None
        if headers := await self._token(self._large):
            seconds, outcome, detail = await preview.moved_slider(self._origin, headers)
            self.visitor.ledger.note(Sample(LIVE, seconds, outcome, detail))


def tiles_of(described: str) -> list[str]:
    """Of a Deep Zoom description: the tiles of the level at a quarter of the full size."""
    numbers = {name: int(value) for name, value in re.findall(r'(TileSize|Width|Height)="(\d+)"', described)}
    if not numbers:
        return []
    level = max(0, (max(numbers["Width"], numbers["Height"]) - 1).bit_length() - 2)
    columns, rows = (math.ceil(numbers[side] / 4 / numbers["TileSize"]) for side in ("Width", "Height"))
    return [f"{level}/{x}_{y}.jpg" for x in range(columns) for y in range(rows)]
