"""Which entries are of one vendor: the same tax number, the same name, or nearly the same name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz, process

from fastapi_app.services.invoice.identity import SAME_NAME

LEAST_TAX_NUMBER = 6  # characters; less is a misreading
EDGE = 3  # letters; nearly equal names begin or end alike


class _Groups:
    """Disjoint sets; the least number stands for its set."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def of(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        least, most = sorted((self.of(one), self.of(other)))
        self._parent[most] = least


def group(names: Sequence[str], numbers: Sequence[str]) -> list[int | None]:
    """A group for each entry, None where neither name (identity.vendor_key) nor number (tax_key) is known."""
    groups = _Groups(len(names))
    for same in (*_equal(names, 1), *_equal(numbers, LEAST_TAX_NUMBER)):
        for one, other in pairwise(same):
            groups.join(one, other)
    for one, other in _similar(names, numbers):
        groups.join(one, other)
    return [groups.of(at) if names[at] or numbers[at] else None for at in range(len(names))]


def _equal(keys: Sequence[str], least: int) -> Iterable[list[int]]:
    places = defaultdict(list)
    for place, key in enumerate(keys):
        if len(key) >= least:
            places[key].append(place)
    return places.values()


def _similar(names: Sequence[str], numbers: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First places of names that nearly agree, and whose tax numbers do not say otherwise."""
    first: dict[str, int] = {}
    known: dict[str, set[str]] = defaultdict(set)
    for place, (name, number) in enumerate(zip(names, numbers, strict=True)):
        if name:
            first.setdefault(name, place)
            known[name] |= {number} - {""}
    for block in _blocks(first):
        alike = process.cdist(block, block, scorer=fuzz.ratio, score_cutoff=SAME_NAME, dtype=np.uint8)
        for one, other in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
            numbers_of = known[block[one]], known[block[other]]
            if not all(numbers_of) or numbers_of[0] & numbers_of[1]:
                yield first[block[one]], first[block[other]]


def _blocks(names: Iterable[str]) -> Iterator[list[str]]:
    """Only names that share their beginning or end are compared."""
    blocks = defaultdict(list)
    for name in names:
        blocks["^" + name[:EDGE]].append(name)
        blocks["$" + name[-EDGE:]].append(name)
    return (block for block in blocks.values() if len(block) > 1)
