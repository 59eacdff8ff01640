"""A run: its events in order, its result, its end when it is closed, and the same bytes every time."""

from collections.abc import Iterator

import numpy as np
import pytest

from fastapi_app.services import pipeline, raster
from fastapi_app.services.errors import EngineError
from fastapi_app.services.pipeline import Complete, Preview, Progress, load, result, run
from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import Denoise, Deskew, Recipe
from samples import SAMPLE_ANGLE, sample_page

MANUSCRIPT = presets()["manuscript"]


def ticks() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 0.5


def test_it_works() -> None:
    page = load(sample_page(), MANUSCRIPT)
    events = list(run(page, MANUSCRIPT, clock=ticks().__next__))
    kinds = [type(event).__name__ for event in events]
    assert kinds == ["Progress", "Progress", "Preview"] * 3 + ["Complete"]
    progress = [event for event in events if isinstance(event, Progress)]
    assert [(event.percent, event.step, event.seconds) for event in progress[:4]] == [
        (0, "deskew", None), (33, "deskew", 0.5), (33, "shade", None), (66, "shade", 0.5)]  # fmt: skip
    assert progress[-1].percent == 100
    assert all(event.pixels.shape[1] <= 800 for event in events if isinstance(event, Preview))
    end = events[-1]
    assert isinstance(end, Complete)
    assert end.skew_angle == pytest.approx(SAMPLE_ANGLE, abs=0.05)
    assert [(timing.name, timing.seconds) for timing in end.timings] == [
        ("deskew", 0.5), ("shade", 0.5), ("binarize", 0.5)]  # fmt: skip
    assert end.raster.is_bilevel
    assert end.raster.original == (page.width, page.height)


def test_without_previews() -> None:
    page = raster.reduce(load(sample_page(), MANUSCRIPT), 600)
    assert not any(isinstance(event, Preview) for event in run(page, MANUSCRIPT, previews=False))


def test_nothing_happens_before_it_is_asked_for_and_after_it_is_closed() -> None:
    page = raster.reduce(load(sample_page(), MANUSCRIPT), 600)
    events = run(page, MANUSCRIPT)
    assert isinstance(next(events), Progress)
    events.close()  # type: ignore[attr-defined]
    assert list(events) == []


def test_a_run_that_was_cut_short_has_no_result() -> None:
    with pytest.raises(EngineError):
        result([Progress(0, "denoise", "")])


def test_same_bytes_and_recipe_same_output() -> None:
    outputs = {raster.encode(result(run(load(sample_page(), MANUSCRIPT), MANUSCRIPT)).raster) for _ in range(2)}
    assert len(outputs) == 1


def test_gray_or_colour_input_of_a_two_level_recipe() -> None:
    gray = load(sample_page(), MANUSCRIPT)
    assert gray.channels == 1
    colour = raster.decode(sample_page())
    assert result(run(colour, MANUSCRIPT)).raster.is_bilevel


def test_photographs_stay_in_colour() -> None:
    photo = presets()["photo"]
    page = raster.reduce(load(sample_page(), photo), 800)
    assert result(run(page, photo)).raster.channels == 3


def test_steps_that_keep_the_grid() -> None:
    page = raster.Raster(np.full((90, 70), 200, np.uint8))
    recipe = Recipe(steps=(Denoise(),))
    assert (result(run(page, recipe)).raster.matrix == np.eye(3)).all()


def test_an_empty_recipe() -> None:
    page = raster.Raster(np.full((90, 70), 200, np.uint8))
    end = result(run(page, Recipe(steps=())))
    assert end.raster.pixels is page.pixels


def test_two_turns_add_up() -> None:
    recipe = Recipe(steps=(Deskew(), Deskew()))
    end = result(run(load(sample_page(), recipe), recipe))
    assert end.skew_angle == pytest.approx(SAMPLE_ANGLE, abs=0.05)


def test_preview_of_a_narrow_page() -> None:
    narrow = np.zeros((3000, 500), np.uint8)
    assert pipeline.preview(narrow) is narrow
