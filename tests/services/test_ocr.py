"""Reading with the real Tesseract."""

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from fastapi_app.services import ocr
from fastapi_app.services.errors import BadParameter, EngineUnavailable, TimedOut, UnknownLanguage
from fastapi_app.services.layout import Page
from fastapi_app.services.pipeline import load, result, run
from fastapi_app.services.presets import presets
from fastapi_app.services.raster import Raster
from samples import TRUTH, draw, sample_page

LATIN = Raster(draw(["Ink and paper", "Line 2 of 3"], width=900, height=300, size=50, margin=60))
HEBREW = Raster(draw(["הדיו דהה עם השנים, אבל"], width=900, height=220, size=50, margin=60))


@pytest.fixture(scope="module")
def sample() -> Page:
    recipe = presets()["manuscript"]
    return ocr.read(result(run(load(sample_page(), recipe), recipe)).raster, ("eng", "heb"))


def test_it_works() -> None:
    page = ocr.read(LATIN, ["eng"])
    assert [line.text for line in page.lines] == ["Ink and paper", "Line 2 of 3"]
    assert page.engine.startswith("tesseract ")
    assert (page.width, page.height, page.languages) == (900, 300, ("eng",))
    assert 0.8 < page.confidence <= 1


def test_boxes_lie_on_the_ink() -> None:
    word = ocr.read(LATIN, ["eng"]).lines[0].words[0]
    x, y, width, height = word.box
    inside = LATIN.pixels[y : y + height, x : x + width]
    assert inside.min() < 50
    assert 20 < height < 70


def test_hebrew_is_in_logical_order() -> None:
    line = ocr.read(HEBREW, ["heb"]).lines[0]
    assert line.text == "הדיו דהה עם השנים, אבל"
    assert line.direction == "rtl"
    assert line.words[0].box[0] > line.words[-1].box[0]


def test_a_photographed_page_is_read_after_cleaning(sample: Page) -> None:
    read, truth = "\n".join(line.text for line in sample.lines), "\n".join(TRUTH)
    assert Levenshtein.normalized_distance(read, truth) < 0.03
    assert {line.direction for line in sample.lines} == {"ltr", "rtl"}


def test_boxes_are_those_of_the_original(sample: Page) -> None:
    """The photograph is turned by 3 degrees: its first lines climb to the right, and so do the words of a line."""
    line = sample.lines[1]
    assert line.words[-1].box[1] < line.words[0].box[1] - 20
    assert (sample.width, sample.height) == (2000, 2800)


def test_an_empty_page() -> None:
    page = ocr.read(Raster(np.full((300, 300), 255, np.uint8)), ["eng"])
    assert page.lines == ()
    assert page.confidence == 0


@pytest.mark.parametrize("languages", [[], ["klingon"], ["eng", "xx"], ["../eng"], ["eng -c x=y"]])
def test_unknown_language(languages: list[str]) -> None:
    with pytest.raises(UnknownLanguage):
        ocr.read(LATIN, languages)


def test_unknown_engine_and_mode() -> None:
    with pytest.raises(BadParameter):
        ocr.read(LATIN, ["eng"], engine="magic")
    with pytest.raises(BadParameter):
        ocr.read(LATIN, ["eng"], psm=99)


def test_time_is_up() -> None:
    busy = Raster(np.tile(LATIN.pixels, (6, 3)))
    with pytest.raises(TimedOut):
        ocr.read(busy, ["eng"], seconds=0.05)


def test_no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(EngineUnavailable):
        ocr.read(LATIN, ["eng"])


def test_languages_and_versions() -> None:
    assert {"eng", "heb"} <= set(ocr.languages())
    assert not {"osd", "Hebrew"} & set(ocr.languages())
    assert ocr.versions()["tesseract"][0].isdigit()


def test_a_language_is_read_by_its_own_model_where_the_script_has_none() -> None:
    assert ocr._model("heb", frozenset({"eng", "heb"})) == "heb"
    assert ocr._model("heb", frozenset({"eng", "heb", "Hebrew"})) == "Hebrew"
    assert ocr._model("eng", frozenset({"eng", "heb", "Hebrew"})) == "eng"
