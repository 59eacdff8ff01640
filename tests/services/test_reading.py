"""From an upload to its text, by the one way that everything takes."""

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from fastapi_app.services import ocr, reading
from fastapi_app.services.errors import BadParameter, EngineError
from fastapi_app.services.layout import Page
from fastapi_app.services.pipeline import Complete
from fastapi_app.services.raster import Raster, decode
from samples import ENGLISH, TRUTH, draw, sample_page

LATIN = Raster(draw(["Ink and paper", "Line 2 of 3"], width=900, height=300, size=50, margin=60))


def errors(page: Page) -> float:
    read = "\n".join(line.text for line in page.lines)
    return float(Levenshtein.normalized_distance(read, "\n".join(TRUTH)))


def test_it_works() -> None:
    page = reading.result(reading.run(decode(sample_page()), ("eng", "heb")))
    assert errors(page) < 0.02
    assert (page.width, page.height) == (2000, 2800)
    line = page.lines[1]  # the photograph is turned: its lines climb to the right, on the original
    assert line.words[-1].box[1] < line.words[0].box[1] - 20


def test_untouched_the_sample_is_hardly_read() -> None:
    """What the preparation is good for."""
    assert (
        errors(reading.result(reading.run(decode(sample_page()), ("eng", "heb"), clean="false", engine="tesseract")))
        > 0.2
    )


def test_a_clean_page_reads_as_if_untouched() -> None:
    prepared = reading.result(reading.run(LATIN, ["eng"]))
    assert prepared == ocr.read(LATIN, ["eng"])


def test_two_levels_are_left_alone_unless_asked() -> None:
    page = Raster(np.where(LATIN.pixels < 128, 0, 255).astype(np.uint8))
    assert not any(isinstance(event, Complete) for event in reading.run(page, ["eng"]))
    assert any(isinstance(event, Complete) for event in reading.run(page, ["eng"], clean="true"))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_or_head(quarters: int) -> None:
    lines = [*ENGLISH, *ENGLISH]
    page = draw(lines, width=1200, height=1500, size=36, margin=80)
    turned = Raster(np.ascontiguousarray(np.rot90(page, quarters)))
    read = reading.result(reading.run(turned, ["eng"]))
    expected = reading.result(reading.run(Raster(page), ["eng"]))
    assert read.text == expected.text
    assert (read.width, read.height) == (turned.width, turned.height)
    for word in read.lines[0].words:
        x, y, width, height = word.box
        assert turned.pixels[y : y + height, x : x + width].min() < 100


def test_closed_before_the_end() -> None:
    with pytest.raises(EngineError):
        reading.result([])


def test_bad_parameters_come_through() -> None:
    with pytest.raises(BadParameter):
        reading.result(reading.run(LATIN, ["eng"], engine="magic"))
