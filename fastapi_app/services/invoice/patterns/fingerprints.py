"""Pictures that look alike: perceptual hashes of 64 bits within a few bits of one another."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BITS = 64
NEAR_BITS = 6
SIMILAR_BITS = 10  # the same sheet, put down askew; or two sheets of one form
FEATURELESS = 6  # set or unset bits; fewer, and the page was empty
BLOCK = 512  # rows of the comparison at a time: 512 × 5,000 numbers of 8 bytes are 20 MB


def parse(fingerprint: str) -> int | None:
    """None for what is no fingerprint, or that of a page with nothing on it."""
    try:
        bits = int(fingerprint, 16)
    except ValueError:
        return None
    if not 0 <= bits < 1 << BITS:
        return None
    return bits if FEATURELESS <= bits.bit_count() <= BITS - FEATURELESS else None


def near_pairs(fingerprints: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(earlier, later, bits that differ) for all places that differ in SIMILAR_BITS or fewer. Wants each once: equal
    ones make as many pairs as their square."""
    bits: NDArray[np.uint64] = np.array(fingerprints, np.uint64)
    for start in range(0, len(bits), BLOCK):
        differ = np.bitwise_count(bits[start : start + BLOCK, None] ^ bits[None, start:])
        rows, columns = np.nonzero(differ <= SIMILAR_BITS)
        for row, column in zip(rows[rows < columns].tolist(), columns[rows < columns].tolist(), strict=True):
            yield start + row, start + column, int(differ[row, column])
