"""Reading of pages as a task: the text that is kept, where its words lie, and in which languages."""

from collections.abc import Callable

import pytest

from django_app.jobs.models import Job
from django_app.pages.models import Page
from django_app.texts import store
from django_app.texts.models import Layer
from tests.jobs.conftest import LINES, deliver

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]


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
        assert middle(from_original[word]) == pytest.approx(middle(from_derived[word]), abs=5)
    # the page is turned counter-clockwise: on the original its first line rises to the right
    assert from_original["verso"][1] < from_original["recto"][1]


def middle(box: list[int]) -> tuple[float, float]:
    """Engines draw their boxes more or less closely round a word; the middle is the same."""
    left, top, width, height = box
    return left + width / 2, top + height / 2


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
