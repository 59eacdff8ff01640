"""The pages that the people of a load bring, no two of them the same file."""

import itertools
from dataclasses import dataclass, field

from bench.pages import SIZES, clean, jpeg
from samples import photograph

SMALL = (900, 420, 40)  # what is read: a few lines


@dataclass
class Pictures:
    """JPEGs: 9 and 2 megapixels, and a few lines of text."""

    large: bytes
    middle: bytes
    small: bytes
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def next_page(self) -> bytes:
        """By turns of 2 and 9 megapixels."""
        number = next(self._count)
        return unlike(self.large if number % 2 else self.middle, f"page {number}")


def drawn() -> Pictures:
    sizes = (SIZES["drawn 9 MP"], SIZES["drawn 2 MP"], SMALL)
    return Pictures(*(jpeg(photograph(clean(*size), angle=1.5, shade=0.4, grain=5)) for size in sizes))


def unlike(image: bytes, words: str) -> bytes:
    """The same image as another file: a comment behind the JPEG's first marker."""
    comment = words.encode()
    return image[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + image[2:]
