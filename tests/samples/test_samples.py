"""The drawn pages."""

import hashlib

import numpy as np

from samples import ENGLISH, HEBREW, SAMPLE_ANGLE, TRUTH, draw, photograph, sample_page
from samples.photographs import sample_page as uncached


def test_it_works() -> None:
    page = draw(["Ink", "דיו"], width=600, height=300, size=50, margin=50)
    assert page.shape == (300, 600)
    assert page[50:110, 50:150].min() < 40  # English from the left
    assert page[140:190, 450:550].min() < 40  # Hebrew from the right
    assert page[140:190, :300].min() == 255


def test_photograph_is_shaded_turned_and_grainy() -> None:
    page = draw([], width=400, height=300)
    image = photograph(page, shade=0.6, grain=8)
    assert image.shape == (300, 400, 3)
    assert image[:, :50].mean() < 0.75 * image[:, -50:].mean()
    assert 5 < image[:60, -60:, 0].std() < 14


def test_the_same_on_every_run() -> None:
    page = draw(["Ink"], width=300, height=200)
    assert (photograph(page, seed=3) == photograph(page, seed=3)).all()
    assert (photograph(page, seed=3) != photograph(page, seed=4)).any()
    first = hashlib.sha256(sample_page()).digest()
    uncached.cache_clear()
    assert hashlib.sha256(sample_page()).digest() == first


def test_sample_page_says_what_is_on_it() -> None:
    assert len(TRUTH) == sum(bool(line) for line in (*ENGLISH, *HEBREW))
    assert SAMPLE_ANGLE == 3.0
    assert np.frombuffer(sample_page()[:2], np.uint8).tolist() == [0xFF, 0xD8]
