"""Pictures that look alike: perceptual hashes of 64 bits within a few bits of one another."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BITS = 64
NEAR_BITS = 6
SIMILAR_BITS = 10  # the same sheet, put down askew; or two sheets of one form
FEATURELESS = 6  # set or unset bits; fewer, and the page was empty
MOST_NEAR = 40
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
    """(earlier, later, bits that differ) for places that differ in SIMILAR_BITS or fewer; of each the first MOST_NEAR
    before it, as thousands may be of one form. Wants each fingerprint once."""
    bits: NDArray[np.uint64] = np.array(fingerprints, np.uint64)
    for start in range(0, len(bits), BLOCK):
        stop = min(start + BLOCK, len(bits))
        differ = np.bitwise_count(bits[start:stop, None] ^ bits[None, :stop])
        near = np.tril(differ <= SIMILAR_BITS, start - 1)
        near &= np.cumsum(near, axis=1) <= MOST_NEAR
        for later, earlier in np.argwhere(near).tolist():
            yield earlier, start + later, int(differ[later, earlier])
