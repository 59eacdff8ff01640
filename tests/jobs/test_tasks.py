"""The task body on real pages, with the real engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_app.jobs import files, kinds, tasks
from django_app.jobs.errors import StoppedError
from django_app.jobs.models import Job, JobItem, State
from django_app.pages.models import Page, PageVersion
from django_app.texts import store
from django_app.texts.models import Layer
from tests.jobs.conftest import ANGLE, LINES, RECIPE, MakePages, deliver, until

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]


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
    outcome = kinds.apply(late, tasks.Services(), tasks.beat_of(late))
    assert JobItem.objects.get(pk=item.pk).release()
    deliver(item, "second")
    assert len(derived(media)) == 2
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


def test_a_pipeline_stops_at_the_next_event(start: Start, folio: Page) -> None:
    job = start([folio])
    item = JobItem.objects.select_related("job", "page").get(job=job)
    item.claim("a")
    seen = []

    def events() -> Any:
        for number in range(10):
            seen.append(number)
            if number == 3:
                job.cancel()
            yield number

    with pytest.raises(StoppedError):
        list(tasks.beating(events(), tasks.beat_of(item)))
    assert seen == [0, 1, 2, 3]


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
    outcome = kinds.apply(item, tasks.Services(), tasks.beat_of(item))
    Page.objects.filter(pk=folio.pk).delete()
    with pytest.raises(tasks.JobError):
        tasks.save(item, outcome)
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


def test_read_works(start: Start, folio: Page) -> None:
    item = deliver(start([folio], kind="read").items.get())
    assert (item.state, item.detail) == ("done", "")
    layer = store.newest(folio)
    assert layer is not None
    text = store.layout(layer)
    assert (text["width"], text["height"], text["languages"]) == (900, 420, ["eng"])
    assert text["confidence"] > 0.7
    lines = [line for region in text["regions"] for line in region["lines"]]
    assert [line["text"] for line in lines] == list(LINES)
    assert all(line["direction"] == "ltr" for line in lines)


def test_boxes_lie_on_the_original_whatever_was_read(start: Start, folio: Page) -> None:
    deliver(start([folio], kind="read").items.get())
    from_original = words(folio)
    deliver(start([folio]).items.get())
    deliver(start([folio], kind="read").items.get())
    newest = store.newest(folio)
    assert newest is not None
    assert newest.version == Page.objects.get(pk=folio.pk).current
    from_derived = words(folio)
    for word in ("recto", "verso", "leaf", "book", "sides", "right"):
        assert from_original[word] == pytest.approx(from_derived[word], abs=4)
    # the page is turned counter-clockwise: on the original its first line rises to the right
    assert from_original["verso"][1] < from_original["recto"][1]


def words(page: Page) -> dict[str, list[int]]:
    layer = store.newest(page)
    assert layer is not None
    regions = store.layout(layer)["regions"]
    found = [word for region in regions for line in region["lines"] for word in line["words"]]
    return {word["text"]: word["box"] for word in found}


def test_read_of_a_given_version(start: Start, folio: Page) -> None:
    deliver(start([folio]).items.get())
    job = start([folio], kind="read", languages=["eng"], version=folio.original.pk)
    deliver(job.items.get())
    layer = store.newest(folio)
    assert layer is not None
    assert layer.version == folio.original


def test_read_delivered_twice_gives_one_layer(start: Start, folio: Page) -> None:
    item = start([folio], kind="read").items.get()
    deliver(item)
    deliver(item)
    assert Layer.objects.count() == 1


def test_an_unknown_language(start: Start, folio: Page) -> None:
    item = deliver(start([folio], kind="read", languages=["xxx"]).items.get())
    assert (item.state, item.code) == ("failed", "unknown_language")
    assert not Layer.objects.exists()


@pytest.mark.parametrize("kind", ["apply", "read"])
def test_queries_per_page_do_not_grow_with_the_job(start: Start, make_pages: MakePages, kind: str) -> None:
    small = cost(start(make_pages(1), kind=kind))
    large = cost(start(make_pages(12), kind=kind))
    assert large <= small
    assert large < 50


def cost(job: Job) -> int:
    """Queries for the first item. A job of one page has its finish in them, a larger one not yet."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        deliver(job.items.earliest("position"))
    return len(queries)


def test_files_are_whole_or_not_there(media: Path) -> None:
    key = files.write("versions", "png", b"content")
    assert [path.name for path in derived(media)] == [Path(key).name]
    assert files.read(key) == b"content"
    assert PageVersion.objects.count() == 0


def test_recipe_of_the_tests_is_the_engines() -> None:
    from fastapi_app.services.recipe import Recipe

    assert Recipe.parse(RECIPE).is_gray


@pytest.mark.django_db(transaction=True)
def test_a_long_step_gives_signs_of_life(start: Start, folio: Page) -> None:
    item = start([folio]).items.get()
    item.claim("a")
    before = JobItem.objects.get(pk=item.pk).seen_at
    assert before is not None
    with tasks.heartbeat(item, every=0.05):
        until(lambda: JobItem.objects.filter(pk=item.pk, seen_at__gt=before).exists(), 10)
