"""The task body on real pages, with the real engine."""

import os
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.db import connection
from django.db.models import F
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from django_app.jobs import kinds, patience, tasks, worker
from django_app.jobs.errors import StoppedError
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.jobs.states import State
from django_app.pages.models import Page
from fastapi_app.child import NICE
from tests.jobs.conftest import ANGLE, RECIPE, SLOW, MakePages, Outage, deliver, large
from tests.processes import stat
from tests.waiting import until

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]


def services(item: JobItem) -> tasks.Services:
    return tasks.Services(tasks.beat_of(item))


def derived(media: Path) -> list[Path]:
    folder = media / "versions"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_apply_works(start: Start, folio: Page, media: Path, alice: Any) -> None:
    job = start([folio])
    item = deliver(job.items.get())
    assert (item.state, item.detail) == ("done", "")
    folio.refresh_from_db()
    version = folio.current
    assert version is not None
    assert [step["step"] for step in version.recipe["steps"]] == ["deskew", "binarize"]
    assert version.recipe["steps"][0]["max_angle"] > 0  # resolved, not as it was asked
    assert version.skew_angle == pytest.approx(ANGLE, abs=0.3)
    assert version.by == alice
    assert version.engine_version
    pixels = cv2.imread(str(media / version.key), cv2.IMREAD_GRAYSCALE)
    assert pixels.shape == (version.height, version.width)
    assert set(np.unique(pixels)) == {0, 255}
    matrix = np.array(version.matrix)
    assert np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])) == pytest.approx(ANGLE, abs=0.3)
    job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == ("completed", True)


def test_apply_without_a_recipe_does_what_the_page_needs(start: Start, folio: Page) -> None:
    job = start([folio], recipe=None)
    item = deliver(job.items.get())
    assert (item.state, item.detail) == ("done", "")
    folio.refresh_from_db()
    assert folio.current is not None
    assert {"deskew", "binarize"} <= {step["step"] for step in folio.current.recipe["steps"]}
    assert folio.current.recipe["why"]


def test_the_original_stays_and_is_what_the_next_recipe_sees(start: Start, folio: Page, media: Path) -> None:
    before = (media / folio.original.key).read_bytes()
    deliver(start([folio]).items.get())
    deliver(start([folio]).items.get())
    _, first, second = folio.versions.order_by("id")
    assert (media / folio.original.key).read_bytes() == before
    assert (media / first.key).read_bytes() == (media / second.key).read_bytes()
    assert first.key != second.key


def test_delivered_twice(start: Start, folio: Page, media: Path) -> None:
    item = start([folio]).items.get()
    deliver(item, "same")
    deliver(item, "same")
    assert item.attempts == 1
    assert folio.versions.count() == 2
    assert len(derived(media)) == 1


def test_the_loser_of_two_runs_leaves_nothing_behind(start: Start, folio: Page, media: Path) -> None:
    item = start([folio]).items.get()
    late = JobItem.objects.select_related("job", "page").get(pk=item.pk)
    late.claim("late")
    outcome = kinds.apply(late, services(late))
    assert JobItem.objects.get(pk=item.pk).release()
    deliver(item, "second")
    with pytest.raises(StoppedError):
        tasks.save(late, outcome)
    assert [path.name for path in derived(media)] == [Path(folio.versions.latest("id").key).name]
    assert folio.versions.count() == 2


def test_cancelled_while_it_runs(start: Start, folio: Page, media: Path) -> None:
    job = start([folio])
    item = JobItem.objects.select_related("job", "page").get(job=job)
    item.claim("a")
    job.cancel()
    tasks.work_on(item)
    item.refresh_from_db()
    assert item.state == State.CANCELLED
    assert folio.versions.count() == 1
    assert derived(media) == []


@pytest.mark.django_db(transaction=True)
def test_cancel_ends_a_long_step_within_a_second(start: Start, make_pages: MakePages, media: Path) -> None:
    """In the middle of one call of OpenCV that takes many seconds. One of three has to be quick: other work on
    the machine may slow the others."""
    (page,) = make_pages(1, large(3000))
    assert any(seconds_to_cancel(start([page], recipe=SLOW)) < 1 for _ in range(3))
    assert derived(media) == []


def seconds_to_cancel(job: Job) -> float:
    item = job.items.get()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(in_a_thread, item)
        a_moment = F("started_at") + timedelta(seconds=0.9)
        until(lambda: JobItem.objects.filter(pk=item.pk, state="running", seen_at__gt=a_moment).exists())
        began = time.monotonic()
        job.cancel()
        running.result()
        taken = time.monotonic() - began
    item.refresh_from_db()
    assert item.state == State.CANCELLED
    return taken


def in_a_thread(item: JobItem) -> None:
    try:
        deliver(item)
    finally:
        connection.close()


@pytest.mark.parametrize(
    "recipe",
    [
        {"steps": [{"step": "polish"}]},
        {"steps": [{"step": "denoise", "strength": 99}]},
        {"steps": [{"step": "binarize", "colour": "red"}]},
    ],
)
def test_a_wrong_recipe_fails_with_the_reason(start: Start, folio: Page, recipe: dict[str, Any]) -> None:
    job = start([folio], recipe=recipe)
    item = deliver(job.items.get())
    assert (item.state, item.code) == ("failed", "bad_recipe")
    assert len(item.detail) > 10
    assert job.state == "failed"
    assert folio.versions.count() == 1


def test_a_broken_page_does_not_stop_the_others(start: Start, make_pages: MakePages, media: Path) -> None:
    pages = make_pages(3)
    (media / pages[1].original.key).write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    job = start(pages)
    items = [deliver(item) for item in job.items.all()]
    assert [item.state for item in items] == ["done", "failed", "done"]
    assert items[1].code in ("unusable_image", "not_an_image")
    assert (media / pages[1].original.key).exists()
    job.refresh_from_db()
    assert job.finished_at is not None


def test_a_missing_file(start: Start, folio: Page, media: Path) -> None:
    (media / folio.original.key).unlink()
    item = deliver(start([folio]).items.get())
    assert (item.state, item.code) == ("failed", "file_missing")
    assert str(media) not in item.detail


def test_a_deleted_page(start: Start, make_pages: MakePages) -> None:
    kept, deleted = make_pages(2)
    job = start([kept, deleted])
    deleted.delete()
    item = deliver(job.items.latest("position"))
    assert (item.state, item.code) == ("failed", "page_deleted")


def test_a_page_deleted_while_it_is_worked_on(start: Start, folio: Page, media: Path) -> None:
    item = JobItem.objects.select_related("job", "page").get(job=start([folio]))
    item.claim("a")
    outcome = kinds.apply(item, services(item))
    Page.objects.filter(pk=folio.pk).delete()
    with pytest.raises(tasks.JobError) as gone:
        tasks.save(item, outcome)
    assert item.fail(gone.value.code, gone.value.message)
    assert derived(media) == []


def test_an_unforeseen_error_is_logged_and_told_plainly(
    start: Start, folio: Page, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (media / "versions").write_text("a file where a folder should be")
    item = deliver(start([folio]).items.get())
    assert (item.state, item.code) == ("failed", "internal")
    assert str(media) not in item.detail
    assert "failed" in caplog.text


def test_an_unknown_item_is_no_error() -> None:
    tasks.run.apply(args=[0], throw=True)


@pytest.mark.parametrize("kind", ["apply", "read"])
def test_queries_per_page_do_not_grow_with_the_job(start: Start, make_pages: MakePages, kind: str) -> None:
    """Whichever of a thousand it is. A job of one page has its finish in them, a larger one not yet."""
    page = make_pages(1)
    small = cost(start(page, kind=kind).items.get())
    large = [cost(item) for item in start(page * 1000, kind=kind).items.filter(position__in=(1, 500, 1000))]
    assert max(large) <= small < 50


def cost(item: JobItem) -> int:
    """Queries of a worker for one page, from the message to its end."""
    with CaptureQueriesContext(connection) as queries:
        assert deliver(item).state == "done"
    return len(queries)


@pytest.mark.django_db(transaction=True)
def test_a_page_that_kills_its_process_three_times_is_set_aside(start: Start, make_pages: MakePages) -> None:
    """Each time it is tried again; then the others go on."""
    poison, good = make_pages(1, large(3000))[0], make_pages(1)[0]
    job = start([poison, good], recipe=SLOW)
    first, second = job.items.all()
    with ThreadPoolExecutor(1) as pool:
        for attempt in (1, 2, 3):
            running = pool.submit(in_a_thread, first)
            child = until(confined)
            assert os.getpriority(os.PRIO_PROCESS, child) == os.getpriority(os.PRIO_PROCESS, 0) + NICE
            os.kill(child, signal.SIGKILL)
            running.result(20)
            first.refresh_from_db()
            assert first.attempts == attempt
    assert (first.state, first.code) == ("failed", "worker_lost")
    assert "three times" in first.detail
    assert deliver(second).state == "done"
    job.refresh_from_db()
    assert job.finished_at is not None


def confined() -> int | None:
    """The process that works on a page for this one: its fork server's child, in a folder of its own."""
    home = f"{tempfile.gettempdir()}/recto-page-"
    homes = ((int(found.name), link(found / "cwd")) for found in Path("/proc").glob("[0-9]*"))
    working = (pid for pid, where in homes if where.startswith(home) and "deleted" not in where)
    return next((pid for pid in working if parent(parent(pid)) == os.getpid()), None)


def parent(pid: int) -> int:
    facts = stat(pid)
    return int(facts[1]) if facts else 0


def link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def test_a_child_may_not_take_all_the_memory(start: Start, make_pages: MakePages) -> None:
    with override_settings(CHILD_MEMORY_BYTES=300 * 1024**2):
        item = deliver(start(make_pages(1, large(9000))).items.get())
    assert (item.state, item.attempts) == ("queued", 1)


def test_a_page_that_takes_too_long(start: Start, make_pages: MakePages) -> None:
    job = start(make_pages(1, large(3000)), recipe=SLOW)
    with override_settings(PAGE_SECONDS=0.5):
        item = deliver(job.items.get())
    assert (item.state, item.code) == ("failed", "timed_out")


def test_a_shutdown_gives_the_page_back(start: Start, folio: Page, media: Path) -> None:
    item = start([folio]).items.get()
    worker.note_shutdown(seconds_ago=60)
    try:
        deliver(item)
    finally:
        worker.forget_shutdown()
    assert (item.state, item.attempts, item.seen_at) == ("queued", 0, None)
    assert derived(media) == []
    assert deliver(item).state == "done"


def test_what_a_dead_attempt_wrote_goes_with_it(start: Start, folio: Page, media: Path) -> None:
    item = JobItem.objects.select_related("job", "page").get(job=start([folio]))
    item.claim("a")
    kinds.apply(item, services(item))
    assert len(derived(media)) == 1
    assert JobItem.objects.get(pk=item.pk).release()
    assert derived(media) == []


def test_a_commit_that_was_not_heard_of(start: Start, folio: Page, media: Path) -> None:
    """The database committed and went away before it said so: the second try finds it done, and keeps the file."""
    item = JobItem.objects.select_related("job", "page").get(job=start([folio]))
    item.claim("a")
    rows = kinds.apply(item, services(item))
    tasks.save(item, rows)
    item.state = "running"
    tasks.save(item, lambda: "again")
    assert len(derived(media)) == 1
    assert folio.versions.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "words",
    [
        ('SELECT "jobs_jobitem"."id"', '"users_user"'),
        ("COUNT(*)", '"jobs_job"."queue"'),
        ('FROM "pages_pageversion"',),
        ('UPDATE "jobs_jobitem"', '"file" ='),
        ('INSERT INTO "pages_pageversion"',),
        ('UPDATE "jobs_jobitem"', '"finished_at" ='),
        ('UPDATE "jobs_job"', '"finished_at" ='),
    ],
    ids=["claim", "next", "look", "announce", "result", "end", "finish"],
)
def test_a_database_that_is_away_for_a_moment(start: Start, folio: Page, media: Path, words: tuple[str, ...]) -> None:
    """Whenever that is, the page is done at the first attempt."""
    job = start([folio])
    with Outage(*words) as outage:
        item = deliver(job.items.get())
    assert outage.happened
    assert (item.state, item.code, item.attempts) == ("done", "", 1)
    assert (folio.versions.count(), len(derived(media))) == (2, 1)
    job.refresh_from_db()
    assert job.finished_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", [('UPDATE "jobs_jobitem"', '"file" ='), ('INSERT INTO "pages_pageversion"',)])
def test_a_database_that_stays_away(
    start: Start, folio: Page, media: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is not the page's fault: it goes back, and is done when the database is there again."""
    monkeypatch.setattr(patience, "SECONDS", 0)
    item = start([folio]).items.get()
    with Outage(*words):
        deliver(item)
    assert (item.state, item.code, item.attempts) == ("queued", "", 1)
    assert derived(media) == []
    assert deliver(item).state == "done"


@pytest.mark.django_db(transaction=True)
def test_patience_begins_when_the_database_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the work took before."""
    monkeypatch.setattr(patience, "SECONDS", 0.2)
    calls = []

    def work() -> str:
        calls.append(time.sleep(0.3))
        with Outage("SELECT 1") if len(calls) == 1 else nullcontext(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "done"

    assert patience.patiently(work) == "done"


def test_recipe_of_the_tests_is_the_engines() -> None:
    from fastapi_app.services.recipe import Recipe

    assert Recipe.parse(RECIPE).is_gray
