"""Shading divided out."""

import numpy as np
import pytest

from fastapi_app.services.errors import BadParameter
from fastapi_app.services.shade import remove_shading
from samples import ENGLISH, draw

PAGE = draw(ENGLISH, width=1000, height=1200, size=36, margin=80)
LIGHT = np.linspace(0.35, 1.0, 1000)


def test_it_works() -> None:
    even = remove_shading((PAGE * LIGHT).astype(np.uint8))
    paper = even[PAGE == 255]
    assert even.shape == PAGE.shape
    assert np.quantile(paper, 0.01) > 245
    assert even[PAGE == 0].mean() < 40


def test_strokes_keep_their_gray() -> None:
    even = remove_shading((PAGE * LIGHT).astype(np.uint8))
    assert len(np.unique(even)) > 100


def test_a_cast_of_the_light_goes_too() -> None:
    yellow = np.dstack([PAGE * 0.6, PAGE * 0.9, PAGE * 1.0]).astype(np.uint8)
    even = remove_shading(yellow)
    assert even.shape == yellow.shape
    assert np.ptp(even[PAGE == 255].mean(axis=0)) < 3


@pytest.mark.parametrize("reach", [0.5, 11])
def test_out_of_range(reach: float) -> None:
    with pytest.raises(BadParameter):
        remove_shading(PAGE, reach)
