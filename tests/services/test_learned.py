"""The learned binarization: what goes into the model and comes out of it, and what becomes of pages hard and odd."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastapi_app.services import edge_levels, learned, strokes
from fastapi_app.services.binarize import Settings, binarize, otsu
from fastapi_app.services.errors import EngineUnavailable
from samples import ENGLISH, age, draw, photograph

CARD = learned.MODEL.with_suffix(".md")
PAGE = draw(ENGLISH, width=800, height=560, size=28, margin=50)
BACK = draw(ENGLISH[::-1], width=800, height=560, size=32, margin=30)


def f_measure(page: np.ndarray, truth: np.ndarray) -> float:
    ink, true_ink = page < 128, truth < 128
    return 200.0 * (ink & true_ink).sum() / (ink.sum() + true_ink.sum())


def gray_photograph(page: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(photograph(page, angle=0, shade=0.4, grain=5), cv2.COLOR_BGR2GRAY)


def test_model_takes_four_planes_and_gives_one() -> None:
    session = learned.load(learned.MODEL, 1)
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape[1]) == ("planes", "tensor(float)", 4)
    (answer,) = session.run(None, {"planes": np.zeros((2, 4, 64, 96), np.float32)})
    assert (given.name, answer.shape) == ("ink", (2, 1, 64, 96))


def test_model_is_small_and_the_one_that_its_card_describes() -> None:
    assert learned.MODEL.stat().st_size <= 5_000_000
    assert hashlib.sha256(learned.MODEL.read_bytes()).hexdigest() in CARD.read_text()


def test_model_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="missing"):
        learned.load(tmp_path / "none.onnx", 1)


@pytest.mark.parametrize("fading", [0.3, 0.6])
@pytest.mark.parametrize("stains", [0.3, 0.6])
def test_faded_ink_stains_and_the_other_side(fading: float, stains: float) -> None:
    old = age(PAGE, BACK, fading=fading, show_through=0.35, stains=stains)
    ours, plain = (f_measure(page, PAGE) for page in (binarize(old, "auto"), otsu(old, Settings())))
    assert ours > 85
    assert ours > plain + 40


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (40, 3), (63, 63), (1100, 70)])
def test_any_size_gives_two_levels_on_the_same_grid(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8)
    page = learned.binarize(noise)
    assert (page.shape, page.dtype) == (shape, np.uint8)
    assert set(np.unique(page)) <= {0, 255}


def test_blank_pages_stay_blank() -> None:
    for level in (0, 128, 255):
        assert len(np.unique(learned.binarize(np.full((200, 300), level, np.uint8)))) == 1
    paper = gray_photograph(np.full((300, 400), 255, np.uint8))
    assert (learned.binarize(paper) == 0).mean() < 0.001


def test_same_bytes_with_any_number_of_threads() -> None:
    old = age(PAGE, BACK)
    before = cv2.getNumThreads()
    try:
        pages = []
        for threads in (1, 2, 1):
            cv2.setNumThreads(threads)
            pages.append(learned.binarize(old).tobytes())
    finally:
        cv2.setNumThreads(before)
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.parametrize("length", [32, 1024, 1056, 1920, 5024])
def test_tiles_cover_every_row_once_and_see_around_it(length: int) -> None:
    count = np.zeros(length, int)
    for start, end, kept in learned.tiles(length):
        assert end - start <= learned.TILE
        assert (end - start) % learned.GRAIN == 0
        assert start == 0 or kept.start - start >= learned.MARGIN
        assert end == length or end - kept.stop >= learned.MARGIN
        count[kept] += 1
    assert (count == 1).all()


def test_tiles_leave_no_seam() -> None:
    wide = gray_photograph(np.tile(PAGE[:300], (1, 2)))
    assert wide.shape[1] > learned.TILE
    assert f_measure(learned.binarize(wide)[:, 700:900], np.tile(PAGE[:300], (1, 2))[:, 700:900]) > 80


def test_white_on_black() -> None:
    page = learned.binarize(cv2.bitwise_not(gray_photograph(PAGE)))
    assert f_measure(cv2.bitwise_not(page), PAGE) > 80


def test_broad_strokes_are_seen_on_a_smaller_copy() -> None:
    large = draw(["NEWS"], width=1300, height=500, size=260, margin=60)
    photographed = gray_photograph(large)
    assert strokes.width(edge_levels.binarize(photographed)) > learned.BROAD
    assert f_measure(learned.binarize(photographed), large) > 90


def test_page_that_was_never_on_paper_is_left_to_edge_levels() -> None:
    assert (learned.binarize(PAGE) == edge_levels.binarize(PAGE)).all()


def test_width_of_strokes() -> None:
    page = np.full((300, 300), 255, np.uint8)
    for y in range(20, 280, 40):
        page[y : y + 8, 20:280] = 0
    page[5:8, 5:8] = 0  # a speck
    assert strokes.width(page) == pytest.approx(8, abs=0.5)
    assert strokes.width(np.full((9, 9), 255, np.uint8)) == 0


def test_dark_share_tells_white_on_black() -> None:
    gray = gray_photograph(PAGE)
    assert strokes.dark_share(gray) < 0.45
    assert strokes.dark_share(cv2.bitwise_not(gray)) > 0.65
