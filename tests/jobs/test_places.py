"""Steps that change a page's shape, in a job: found places stand in the version, words lie on the original."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

import samples
from django_app.jobs.models import Job
from django_app.pages.models import Page
from django_app.texts.models import LineText
from tests.jobs.conftest import LINES, MakePages, deliver, encoded

pytestmark = pytest.mark.django_db

Start = Callable[..., Job]
SEEN = [(160.0, 120.0), (1040.0, 170.0), (1080.0, 560.0), (110.0, 540.0)]


@pytest.fixture
def sheet(make_pages: MakePages) -> Page:
    page = samples.draw(LINES, width=900, height=420, size=48, margin=60)
    return make_pages(1, encoded(samples.lay_down(page, SEEN, width=1200, height=700)))[0]


def test_a_straightened_cropped_page_is_read_in_pixels_of_its_original(start: Start, sheet: Page) -> None:
    steps = [{"step": name} for name in ("perspective", "border", "crop")]
    item = deliver(start([sheet], recipe={"steps": steps}).items.get())
    assert (item.state, item.detail) == ("done", "")
    sheet.refresh_from_db()
    version = sheet.current
    assert version is not None
    assert np.array(version.recipe["steps"][0]["corners"]) == pytest.approx(np.array(SEEN), abs=14)
    assert deliver(start([sheet], kind="read", version=version.pk, languages=["eng"]).items.get()).state == "done"
    words = [word for line in LineText.objects.all() for word in line.words if len(word["text"]) > 2]
    assert len(words) > 8
    matrix = cv2.getPerspectiveTransform(
        np.array([(0, 0), (900, 0), (900, 420), (0, 420)], np.float32), np.array(SEEN, np.float32)
    )
    page = samples.draw(LINES, width=900, height=420, size=48, margin=60)
    ink = cv2.warpPerspective(255 - page, matrix, (1200, 700)) > 128
    for word in words:
        x, y, width, height = word["box"]
        assert ink[y : y + height, x : x + width].mean() > 0.05


def test_corners_that_do_not_suit_the_page_fail_it_with_a_reason(start: Start, sheet: Page) -> None:
    corners = [[5000, 5000], [6000, 5000], [6000, 6000], [5000, 6000]]
    item = deliver(start([sheet], recipe={"steps": [{"step": "perspective", "corners": corners}]}).items.get())
    assert (item.state, item.code) == ("failed", "bad_parameter")
    assert "outside the image" in item.detail
