"""Arrays of pixels: what is not already told by the steps that work on them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.pixels import median


@given(st.lists(st.integers(0, 1020), min_size=1, max_size=40))
def test_median(levels: list[int]) -> None:
    ordered = sorted(levels)
    assert median(np.array(levels, np.int16)) == ordered[(len(ordered) - 1) // 2]
