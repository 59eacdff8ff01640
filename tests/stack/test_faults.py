"""Jobs of 200 pages, and while they run everything that they stand on is taken away, one after another.

Each test takes something away and waits for pages to be finished again; the last one looks at every page of every job.
"""

import io
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from launcher.places import PYTHON, ROOT
from launcher.stack import Stack
from tests.running import Visitor, unique_name
from tests.stack.faulty import (
    Database,
    children,
    faulty_stack,
    full_disk,
    kill,
    kill_program,
    page_children,
    pid_of,
    recovery,
    seconds_until,
)
from tests.stack.witness import Ledger, Listener
from tests.waiting import until

PAGES = 200
AT_ONCE = 20
LEFT = 80  # as many pages have to be open when something is taken away; else the work is ordered once more
# A tenth of a second a page, most of it in one call of OpenCV.
RECIPE = {"steps": [{"step": "denoise", "method": "nlmeans", "strength": 10}]}
SIDE = 280
PICKED_UP = 30  # seconds, without anybody's hand
PATIENCE = 120  # seconds, on a machine with much else to do

pytestmark = pytest.mark.timeout(600)


def some_pages() -> bytes:
    """A TIFF of as many as are taken in at once; they are grain, which compresses badly."""
    first, *others = [Image.frombytes("L", (SIDE, SIDE), os.urandom(SIDE * SIDE)) for _ in range(AT_ONCE)]
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=others)
    return out.getvalue()


@dataclass
class Running:
    """The jobs on one document's pages, seen from where the truth is: the rows."""

    stack: Stack
    database: Database
    owner: Visitor
    document: int
    ledger: Ledger
    numbers: list[int] = field(default_factory=list)
    times: dict[str, tuple[float, float]] = field(default_factory=dict)

    def order(self) -> None:
        body = {"kind": "apply", "recipe": RECIPE}
        job = self.owner.post(f"/api/documents/{self.document}/jobs/", json=body)
        job.raise_for_status()
        self.numbers.append(job.json()["id"])
        until(self.in_hand, bool, PATIENCE)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The statement's %s are the jobs."""
        return self.database.rows(sql, self.numbers)

    def states(self) -> Counter[str]:
        found = self.rows("SELECT state, count(*) FROM jobs_jobitem WHERE job_id = ANY(%s) GROUP BY state")
        return Counter(dict(found))

    def ended(self) -> int:
        states = self.states()
        return states["done"] + states["failed"]

    def open(self) -> int:
        return PAGES * len(self.numbers) - self.ended()

    def in_hand(self) -> set[tuple[Any, ...]]:
        """The attempts that are under way, or seem to be."""
        return set(self.rows("SELECT id, attempts FROM jobs_jobitem WHERE job_id = ANY(%s) AND state = 'running'"))

    @contextmanager
    def fault(self, name: str) -> Iterator[None]:
        """While something is away. Then pages are finished again, and those that were in hand have ended or wait."""
        yield
        enough, in_hand = self.next(), until(self.in_hand, bool, PATIENCE)
        next_page, taken = seconds_until(
            lambda: self.ended() >= enough, lambda: not in_hand & self.in_hand(), patience=PATIENCE
        )
        self.times[name] = next_page, taken
        assert taken < PICKED_UP

    def next(self, pages: int = 1) -> int:
        """How many have ended when so many more have; there have to be as many."""
        if self.open() <= pages:
            self.order()
        return self.ended() + pages

    def goes_on(self, pages: int = 1) -> None:
        """Waits until some more pages are finished than now."""
        enough = self.next(pages)
        until(self.ended, lambda now: now >= enough, PATIENCE)

    def runs_out(self) -> None:
        """Waits until every page has ended, as long as one after the other does."""
        while left := self.open():
            until(self.open, lambda now, before=left: now < before, PATIENCE)
        sql = "SELECT 1 FROM jobs_job WHERE id = ANY(%s) AND finished_at IS NULL"
        until(lambda: self.rows(sql), lambda unfinished: not unfinished, PATIENCE)

    def is_back(self, name: str, old: int) -> None:
        until(lambda: self.stack.supervisor.states()[name].pid, lambda pid: pid not in (0, old), PATIENCE)


@pytest.fixture(scope="module")
def listener(begun: Running) -> Iterator[Listener]:
    (user,) = begun.database.rows("SELECT id FROM users_user WHERE username = %s", begun.owner.name)[0]
    with Listener(begun.stack.environment["RECTO_REDIS_URL"], user) as listener:
        yield listener


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Running]:
    with faulty_stack(tmp_path_factory.mktemp("faults")) as (stack, database):
        owner = Visitor(stack, unique_name("owner")).sign_up()
        document = owner.new_page(pages := some_pages(), "pages.tif")["document"]
        for _ in range(PAGES // AT_ONCE - 1):
            more = owner.post(f"/api/documents/{document}/pages/", files={"file": ("pages.tif", pages)})
            more.raise_for_status()
        running = Running(stack, database, owner, document, Ledger(database))
        pytestconfig.stash[recovery] = running.times
        yield running


@pytest.fixture
def job(begun: Running, listener: Listener) -> Running:
    if begun.open() < LEFT:
        begun.order()
    return begun


def test_a_page_process_is_killed(job: Running) -> None:
    with job.fault("kill -9 of a page's process"):
        until(lambda: kill(page_children(job.stack)))


def test_a_worker_child_is_killed(job: Running) -> None:
    with job.fault("kill -9 of a worker's child"):
        kill(children(pid_of(job.stack, "worker"))[:1])


def test_the_worker_is_killed(job: Running) -> None:
    """The pages that it had in hand are taken up again."""
    with job.fault("kill -9 of the worker with its children"):
        old = kill_program(job.stack, "worker")
    job.is_back("worker", old)


def test_redis_is_stopped(job: Running) -> None:
    old = pid_of(job.stack, "redis")
    with job.fault("Redis stopped and started"):
        job.stack.supervisor.stop("redis")
        job.stack.supervisor.start("redis")
    job.is_back("redis", old)


def test_redis_is_killed(job: Running) -> None:
    with job.fault("kill -9 of Redis"):
        old = kill_program(job.stack, "redis")
    job.is_back("redis", old)


def test_the_database_is_stopped(job: Running) -> None:
    with job.fault("Postgres stopped without a word, and started"):
        job.database.stop()
        until(lambda: readiness(job), lambda status: status == 503, PATIENCE)
        job.database.start()
    until(lambda: readiness(job), lambda status: status == 200, PATIENCE)


def readiness(job: Running) -> int:
    return requests.get(f"{job.stack.origin}/readyz", timeout=10).status_code


def test_django_and_fastapi_are_killed(job: Running) -> None:
    with job.fault("kill -9 of Django and FastAPI"):
        old = {name: kill_program(job.stack, name) for name in ("django", "fastapi")}
    for name, pid in old.items():
        job.is_back(name, pid)
    until(lambda: readiness(job), lambda status: status == 200, PATIENCE)


def test_the_disk_is_full(job: Running) -> None:
    """Pages that cannot be stored fail with the reason, and can be tried again."""
    with job.fault("the media folder's disk full, then not"), full_disk(job.stack):
        until(lambda: job.states()["failed"], bool, PATIENCE)
    assert job.rows("SELECT DISTINCT code FROM jobs_jobitem WHERE job_id = ANY(%s) AND state = 'failed'") == [
        ("storage_full",)
    ]


def test_a_migration_while_workers_run(job: Running) -> None:
    """Of the items' own table, which is locked, changed and rewritten under them."""
    with job.fault("a migration of the items' table"):
        manage(job, "migrate", "jobs", "--settings", "tests.stack.later.settings", check=True)
    assert job.rows("SELECT DISTINCT later = position FROM jobs_jobitem WHERE job_id = ANY(%s)") == [(True,)]


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """What a worker of its own takes for the time, relative to the real one."""
    offset = tmp_path / "offset"
    offset.write_text("+0")
    return offset


def test_the_clock_jumps(job: Running, clock: Path) -> None:
    """On the host of one more worker, by two days and back; the usual one rests meanwhile."""
    faked = {
        "LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1",
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    job.stack.supervisor.stop("worker")
    command = [PYTHON, "-m", "celery", "-A", "django_app.config.celery", "worker", "--queues", "interactive,batch"]
    command += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--hostname", "astray@%h"]
    with (clock.parent / "log").open("wb") as log:
        with subprocess.Popen(command, cwd=ROOT, env=job.stack.environment | faked, stdout=log, stderr=log) as worker:
            try:
                job.goes_on()
                with job.fault("the worker's clock two days on"):
                    clock.write_text("+2d")
                job.goes_on(pages=4)
                with job.fault("the worker's clock almost back"):
                    clock.write_text("+1h")
                job.goes_on(pages=4)
            finally:
                job.stack.supervisor.start("worker")
                worker.terminate()
                worker.wait(20)


def test_after_all_that_every_page_is_done_once(job: Running, listener: Listener) -> None:
    """Those that failed for want of room, too, when they are tried again."""
    job.runs_out()
    until(lambda: untold(job, listener), lambda missing: not missing, PATIENCE)
    failed = {
        number for (number,) in job.rows("SELECT job_id FROM jobs_jobitem WHERE job_id = ANY(%s) AND state = 'failed'")
    }
    for number in failed:
        job.owner.post(f"/api/jobs/{number}/retry/").raise_for_status()
    job.runs_out()
    until(lambda: untold(job, listener), lambda missing: not missing, PATIENCE)

    assert job.states() == {"done": PAGES * len(job.numbers)}
    assert job.ledger.times_done(job.numbers) == [1] * PAGES * len(job.numbers)
    assert job.ledger.undone(job.numbers) == 0
    again = ["set", "taken back", "set"]
    assert job.ledger.ends(job.numbers) == {number: again if number in failed else ["set"] for number in job.numbers}
    assert versions(job) == [len(job.numbers)] * PAGES
    sane = manage(job, "sanity", "--settled", "0")
    assert (sane.stdout, sane.returncode) == ("Everything agrees.\n", 0)


def versions(job: Running) -> list[int]:
    """How many each page has beside its original."""
    sql = """SELECT count(*) FROM pages_pageversion WHERE recipe IS NOT NULL
        AND page_id IN (SELECT page_id FROM jobs_jobitem WHERE job_id = ANY(%s)) GROUP BY page_id"""
    return [count for (count,) in job.rows(sql)]


def manage(job: Running, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
    command = [PYTHON, "-m", "django_app.manage", *arguments]
    return subprocess.run(command, cwd=ROOT, env=job.stack.environment, capture_output=True, text=True, check=check)


def untold(job: Running, listener: Listener) -> set[object]:
    """What has happened and does not stand in the owner's stream: ends of pages, images, ends of jobs."""
    sql = "SELECT job_id, position, state, page_id FROM jobs_jobitem WHERE job_id = ANY(%s) AND finished_at IS NOT NULL"
    items = job.rows(sql)
    ends = {(number, position, state) for number, position, state, _ in items}
    images = {(number, page) for number, _, state, page in items if state == "done"}
    return {*ends - listener.ends(), *images - listener.images(), *set(job.numbers) - listener.finished(job.numbers)}
