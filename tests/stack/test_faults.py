"""Jobs of many pages, and while they run everything that they stand on is taken away, one after another.

Each test takes something away and waits for pages to be finished again; the last one looks at every page.
"""

import io
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
import requests
from PIL import Image

from launcher.places import PYTHON, ROOT
from launcher.stack import Stack
from tests.running import Visitor, rows, unique_name, until
from tests.stack.faulty import Database, children, faulty_stack, full_disk, kill, page_children, pid_of

PAGES = 60
LEFT = 25  # as many pages have to be open when something is taken away; else the work is ordered once more
# A quarter of a second a page, most of it in one call of OpenCV.
RECIPE = {"steps": [{"step": "denoise", "method": "nlmeans", "strength": 10}]}
PICKED_UP = 30  # seconds, without anybody's hand
PATIENCE = 120  # seconds, on a machine with much else to do

pytestmark = pytest.mark.timeout(600)


def many_pages() -> bytes:
    """A TIFF; its pages are grain, which compresses badly."""
    pages = [Image.frombytes("L", (420, 420), os.urandom(420 * 420)) for _ in range(4)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=(pages * PAGES)[1:PAGES])
    return out.getvalue()


@dataclass
class Running:
    """The job under way, and those before it on the same pages, seen from where the truth is: the rows."""

    stack: Stack
    database: Database
    owner: Visitor
    document: int
    numbers: list[int]

    def order(self) -> None:
        body = {"kind": "apply", "recipe": RECIPE}
        job = self.owner.post(f"/api/documents/{self.document}/jobs/", json=body)
        job.raise_for_status()
        self.numbers.append(job.json()["id"])
        until(self.ended, lambda count: count > 0, PATIENCE)

    def rows(self, sql: str, *, of: list[int] | None = None) -> list[tuple[Any, ...]]:
        """The statement's %s are the jobs: the last one, if not said otherwise."""
        return rows(self.database.url, sql, of or self.numbers[-1:])

    def states(self) -> Counter[str]:
        return Counter(
            dict(self.rows("SELECT state, count(*) FROM jobs_jobitem WHERE job_id = ANY(%s) GROUP BY state"))
        )

    def ended(self) -> int:
        states = self.states()
        return states["done"] + states["failed"]

    def goes_on(self, pages: int = 2) -> None:
        """Waits until some more pages are finished than now."""
        enough = min(PAGES, self.ended() + pages)
        until(self.ended, lambda now: now >= enough, PATIENCE)

    def is_back(self, name: str, old: int) -> None:
        until(lambda: self.stack.supervisor.states()[name].pid, lambda pid: pid not in (0, old), PATIENCE)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with faulty_stack(tmp_path_factory.mktemp("faults")) as (stack, database):
        owner = Visitor(stack, unique_name("owner")).sign_up()
        page = owner.new_page(many_pages(), "pages.tif")
        yield Running(stack, database, owner, page["document"], [])


@pytest.fixture
def job(begun: Running) -> Running:
    if not begun.numbers or PAGES - begun.ended() < LEFT:
        begun.order()
    return begun


def test_a_page_process_is_killed(job: Running) -> None:
    kill(until(lambda: page_children(job.stack), bool))
    job.goes_on()


def test_a_worker_child_is_killed(job: Running) -> None:
    kill(children(pid_of(job.stack, "worker"))[:1])
    job.goes_on()


def test_the_worker_is_killed(job: Running) -> None:
    """The pages that it had in hand are taken up again."""
    in_hand = [pk for (pk,) in job.rows("SELECT id FROM jobs_jobitem WHERE job_id = ANY(%s) AND state = 'running'")]
    old = pid_of(job.stack, "worker")
    os.killpg(old, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: orphaned(job, in_hand), lambda count: count == 0, PATIENCE)
    assert time.monotonic() - killed < PICKED_UP
    job.is_back("worker", old)
    job.goes_on()


def orphaned(job: Running, items: list[int]) -> int:
    """How many are still in the hands of a worker that is dead: not done, and at the first attempt."""
    found = job.rows("SELECT id FROM jobs_jobitem WHERE job_id = ANY(%s) AND state = 'running' AND attempts = 1")
    return len({pk for (pk,) in found} & set(items))


def test_redis_is_stopped(job: Running) -> None:
    old = pid_of(job.stack, "redis")
    job.stack.supervisor.stop("redis")
    job.stack.supervisor.start("redis")
    job.is_back("redis", old)
    job.goes_on()


def test_the_database_is_stopped(job: Running) -> None:
    job.database.stop()
    until(
        lambda: requests.get(f"{job.stack.origin}/readyz", timeout=10).status_code, lambda code: code == 503, PATIENCE
    )
    job.database.start()
    until(
        lambda: requests.get(f"{job.stack.origin}/readyz", timeout=10).status_code, lambda code: code == 200, PATIENCE
    )
    job.goes_on()


def test_django_and_fastapi_are_killed(job: Running) -> None:
    old = {name: pid_of(job.stack, name) for name in ("django", "fastapi")}
    for pid in old.values():
        os.killpg(pid, signal.SIGKILL)
    job.goes_on()
    for name, pid in old.items():
        job.is_back(name, pid)


def test_the_disk_is_full(job: Running) -> None:
    """Pages that cannot be stored fail with the reason, and can be tried again."""
    with full_disk(job.stack):
        until(lambda: job.states()["failed"], lambda failed: failed > 0, PATIENCE)
    job.goes_on()
    reasons = job.rows("SELECT DISTINCT code FROM jobs_jobitem WHERE job_id = ANY(%s) AND state = 'failed'")
    assert reasons == [("storage_full",)]


def test_a_migration_while_workers_run(job: Running) -> None:
    """A table is locked and changed under them."""
    job.rows("BEGIN; ALTER TABLE jobs_jobitem ADD COLUMN later integer NOT NULL DEFAULT 0; SELECT pg_sleep(1), %s; END")
    job.goes_on()


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """What a worker of its own takes for the time, relative to the real one."""
    offset = tmp_path / "offset"
    offset.write_text("+0")
    return offset


def test_the_clock_jumps(job: Running, clock: Path) -> None:
    """On the host of one more worker, by two days; the usual one rests meanwhile."""
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
                clock.write_text("+2d")
                job.goes_on(pages=4)
                clock.write_text("+1h")
                job.goes_on(pages=4)
            finally:
                job.stack.supervisor.start("worker")
                worker.terminate()
                worker.wait(20)


def test_after_all_that_every_page_is_done_once(job: Running) -> None:
    """Those that failed for want of room, too, when they are tried again."""
    until(lambda: unfinished(job), lambda count: count == 0, PATIENCE)
    for number in job.numbers:
        job.owner.post(f"/api/jobs/{number}/retry/").raise_for_status()
    until(lambda: unfinished(job), lambda count: count == 0, PATIENCE)
    states = job.rows("SELECT state, count(*) FROM jobs_jobitem WHERE job_id = ANY(%s) GROUP BY state", of=job.numbers)
    assert states == [("done", PAGES * len(job.numbers))]
    joined = (
        "SELECT v.page_id, count(DISTINCT v.id) FROM pages_pageversion v JOIN jobs_jobitem i ON i.page_id = v.page_id"
    )
    versions = job.rows(
        f"{joined} WHERE i.job_id = ANY(%s) AND v.recipe IS NOT NULL GROUP BY v.page_id", of=job.numbers
    )
    assert [count for _, count in versions] == [len(job.numbers)] * PAGES
    until(lambda: told(job), lambda ends: ends == dict.fromkeys(job.numbers[-1:], (PAGES, True)), PATIENCE)
    sanity(job, "--mend")  # a process killed between its file and its row leaves the file
    assert sanity(job) == ("Everything agrees.\n", 0)


def sanity(job: Running, *arguments: str) -> tuple[str, int]:
    command = [PYTHON, "-m", "django_app.manage", "sanity", "--settled", "0", *arguments]
    sane = subprocess.run(command, cwd=ROOT, env=job.stack.environment, capture_output=True, text=True, check=False)
    return sane.stdout, sane.returncode


def unfinished(job: Running) -> int:
    return len(job.rows("SELECT 1 FROM jobs_job WHERE id = ANY(%s) AND finished_at IS NULL", of=job.numbers))


def told(job: Running) -> dict[int, tuple[int, bool]]:
    """Of the last job: how many pages' ends stand in its owner's stream, and whether its own does."""
    with redis.Redis.from_url(job.stack.environment["RECTO_REDIS_URL"]) as client:
        (user,) = job.rows("SELECT created_by_id FROM jobs_job WHERE id = ANY(%s)")[0]
        events = [json.loads(fields[b"event"]) for _, fields in client.xrange(f"recto:events:{user}")]
    mine = [event for event in events if event.get("job") == job.numbers[-1]]
    done = {e["item"]["position"] for e in mine if e["type"] == "job_progress" and e["item"]["state"] == "done"}
    return {job.numbers[-1]: (len(done), any(event["type"] == "job_finished" for event in mine))}
