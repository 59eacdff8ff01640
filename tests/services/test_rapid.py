"""Reading with the real RapidOCR, and the choice between it and Tesseract."""

import socket

import numpy as np
import pytest

from fastapi_app.services import ocr, rapid, second_reading
from fastapi_app.services.deskew import turn
from fastapi_app.services.errors import EngineUnavailable, UnknownLanguage
from fastapi_app.services.pixels import Pixels
from fastapi_app.services.raster import Raster
from samples import draw

LINES = ["Ink and paper", "Total 12.40", "Line 2 of 3"]
PAGE = draw(LINES, width=900, height=400, size=50, margin=60)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched: not the models, nothing else."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_it_works() -> None:
    page = ocr.read(Raster(PAGE), ["eng"], engine="rapidocr")
    assert [line.text for line in page.lines] == LINES
    assert page.engine.startswith("rapidocr ")
    assert (page.width, page.height, page.languages) == (900, 400, ("eng",))
    assert page.confidence > 0.9


def test_boxes_lie_on_the_ink() -> None:
    for line in ocr.read(Raster(PAGE), ["eng"], engine="rapidocr").lines:
        for word in line.words:
            x, y, width, height = word.box
            assert PAGE[y : y + height, x : x + width].min() < 50
            assert 20 < height < 80


def test_boxes_are_those_of_the_original() -> None:
    turned, matrix = turn(PAGE, 5.0)
    straight, turned_page = (
        ocr.read(page, ["eng"], engine="rapidocr").lines[0].words[0].box
        for page in (Raster(PAGE), Raster(PAGE).moved(turned, matrix))
    )
    assert np.allclose(straight, turned_page, atol=25)


def test_an_empty_page() -> None:
    page = ocr.read(Raster(np.full((300, 300), 255, np.uint8)), ["eng"], engine="rapidocr")
    assert (page.lines, page.confidence) == ((), 0)


def test_columns_of_a_receipt_stand_in_one_line() -> None:
    page = np.full((300, 1000), 255, np.uint8)
    page[:, :500] = draw(["Coffee", "Total"], width=500, height=300, size=44, margin=50)
    page[:, 700:] = draw(["2.50", "12.40"], width=300, height=300, size=44, margin=50)
    read = ocr.read(Raster(page), ["eng"], engine="rapidocr")
    assert [line.text for line in read.lines] == ["Coffee 2.50", "Total 12.40"]


def test_words_cut_elsewhere_get_their_share_of_the_line() -> None:
    words = rapid._words("ab cd", 0.9, [[0, 0], [50, 0], [50, 10], [0, 10]], [("abcd", 0.9, None)])
    assert [(word.text, word.box) for word in words] == [("ab", (0, 0, 20, 10)), ("cd", (30, 0, 20, 10))]


@pytest.mark.parametrize("languages", [[], ["heb"], ["eng", "heb"], ["klingon"]])
def test_latin_script_only(languages: list[str]) -> None:
    with pytest.raises(UnknownLanguage):
        ocr.read(Raster(PAGE), languages, engine="rapidocr")


def test_auto_stays_with_tesseract_where_it_is_sure() -> None:
    assert ocr.read(Raster(PAGE), ["eng"], engine="auto").engine.startswith("tesseract ")


def grainy(page: Pixels, deviation: float) -> Pixels:
    return np.clip(np.random.default_rng(0).normal(0, deviation, page.shape) + page, 0, 255).astype(np.uint8)


def test_auto_asks_again_where_it_is_not() -> None:
    page = Raster(grainy(PAGE, 70))
    assert ocr.read(page, ["eng"]).confidence < second_reading.SURE
    assert ocr.read(page, ["eng"], engine="auto").engine.startswith("rapidocr ")


def test_auto_keeps_the_lines_that_it_is_sure_of() -> None:
    page = draw(["Ink and paper", "", "", "Line 4 of 4"], width=900, height=500, size=50, margin=60).copy()
    page[250:] = grainy(page, 70)[250:]
    first, both = (ocr.read(Raster(page), ["eng"], engine=engine) for engine in ("tesseract", "auto"))
    assert [line.text for line in both.lines] == ["Ink and paper", "Line 4 of 4"]
    assert both.lines[0].words == first.lines[0].words
    assert both.engine == ", ".join(f"{name} {ocr.versions()[name]}" for name in ("tesseract", "rapidocr"))


def test_auto_never_asks_it_for_hebrew() -> None:
    page = Raster(np.random.default_rng(0).integers(0, 255, (200, 300), np.uint8))
    assert ocr.read(page, ["heb"], engine="auto").engine.startswith("tesseract ")


def test_a_missing_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rapid.MODELS, "Rec", "none.onnx")
    rapid._engine.cache_clear()
    with pytest.raises(EngineUnavailable):
        ocr.read(Raster(PAGE), ["eng"], engine="rapidocr")
    rapid._engine.cache_clear()


def test_versions() -> None:
    assert ocr.versions()["rapidocr"][0].isdigit()
