"""Robust location and spread of few values, and how far is far when only few are known."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MAD_TO_SIGMA = 1.4826  # of normally distributed values
OUTER, OUTER_WIDTH = (0.15, 0.85), 2.073  # quantiles, and how far apart they are, in standard deviations
PRIOR_WEIGHT = 4  # as many values as what is known from elsewhere counts for
FAR = 4.0  # standard deviations, with many values


def mad(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float]:
    """Median, and median absolute deviation as a standard deviation."""
    middle = float(np.median(values))
    return middle, MAD_TO_SIGMA * float(np.median(np.abs(np.asarray(values) - middle)))


def spread(values: Sequence[float] | NDArray[np.float64]) -> float:
    """A standard deviation that 15 % of outliers on either side hardly change; of few values steadier than mad."""
    low, high = np.quantile(values, OUTER)
    return max(mad(values)[1], float(high - low) / OUTER_WIDTH)


def shrunk(sigma: float, count: int, prior: float) -> float:
    """The spread of `count` values, drawn towards that which is usual elsewhere."""
    return math.sqrt((count * sigma**2 + PRIOR_WEIGHT * prior**2) / (count + PRIOR_WEIGHT))


def far(count: int) -> float:
    """Standard deviations from which a value is unusual beside `count` others: 7.2 beside five, 4.2 beside eighty."""
    return FAR * (1 + 4 / count)


def certainty(distance: float, limit: float) -> float:
    """0.5 at the limit, towards 1 beyond."""
    return 1 - 0.5 * limit / distance if distance > 0 else 0.0
