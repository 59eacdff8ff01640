"""The segments of a JPEG (ITU-T T.81, B.1), and the bands that one with restart markers can be taken apart into.

Behind such a marker, and many cameras write one after every row or two, a decoder begins anew. What lies between two of
them is a JPEG of its own, under the same headers but for the height, and several can be decoded at the same time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, gcd, lcm

import numpy as np

BASELINE, RESTARTS, SCAN = 0xC0, 0xDD, 0xDA
END = b"\xff\xd9"
BLOCK = 8  # pixels
ROUND = 8  # restart markers have the numbers 0 to 7, over and over


@dataclass(frozen=True)
class Scan:
    """The only scan of a baseline JPEG, of `columns` × `rows` units that are `unit` pixels high, with a restart marker
    after every `interval` of them. Offsets: `height_at` of the page's height, bits from `start` to `end`."""

    columns: int
    rows: int
    unit: int
    interval: int
    height_at: int
    start: int
    end: int


def segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker, and offset of what follows its length, up to the first scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xFF:  # which only fills
            at += 1
            continue
        yield data[at + 1], at + 4
        if data[at + 1] == SCAN:
            return
        at += 2 + _number(data, at + 2)


def is_whole(data: bytes) -> bool:
    """Whether the end is there, past the start of the scan: thumbnails have ends of their own."""
    return data.rfind(END) > dict(segments(data)).get(SCAN, len(data))


def bands(data: bytes, count: int) -> list[bytes]:
    """JPEGs of at most `count` bands of rows, from the top; the file alone where it cannot be divided.

    In gray they are exactly what the whole is; colour that is stored coarsely would be spread otherwise at the seams.
    """
    scan = _scan(data) if count > 1 else None
    if scan is None:
        return [data]
    # A cut is where a row ends, and a round of markers, since a decoder counts them from the top.
    step = lcm(ROUND, scan.columns // gcd(scan.columns, scan.interval))
    intervals = ceil(scan.columns * scan.rows / scan.interval)
    rounds = _rounds(data, scan)
    if len(rounds) != (intervals - 1) // ROUND:  # damaged: a decoder makes more of the whole
        return [data]
    places = [scan.start, *rounds[step // ROUND - 1 :: step // ROUND]]
    # Of nearly the same length: decoding takes its time for bits, and margins have few.
    aims = [scan.start + (scan.end - scan.start) * number // count for number in range(count)]
    firsts = sorted({int(np.abs(np.subtract(places, aim)).argmin()) for aim in aims})
    height = step * scan.interval // scan.columns * scan.unit
    tops = [*(first * height for first in firsts), _number(data, scan.height_at)]
    starts = [*(places[first] for first in firsts), scan.end + len(END)]
    return [
        _headed(data, scan, below - top) + data[start : following - len(END)] + END
        for (top, below), (start, following) in zip(pairwise(tops), pairwise(starts), strict=True)
    ]


def _headed(data: bytes, scan: Scan, height: int) -> bytes:
    return data[: scan.height_at] + height.to_bytes(2, "big") + data[scan.height_at + 2 : scan.start]


def _scan(data: bytes) -> Scan | None:
    """None for other than baseline, without restart markers, or in several scans."""
    at = dict(segments(data))
    if not {BASELINE, RESTARTS, SCAN} <= at.keys():
        return None
    frame, start = at[BASELINE], at[SCAN] - 2 + _number(data, at[SCAN] - 2)
    height, width, components = _number(data, frame + 1), _number(data, frame + 3), data[frame + 5]
    interval, end = _number(data, at[RESTARTS]), data.rfind(END, start)
    across, down = _sampling(data[frame + 7 : frame + 6 + 3 * components : 3])
    if end < 0 or data[at[SCAN]] != components or not (height and across and down and interval):
        return None
    return Scan(ceil(width / across), ceil(height / down), down, interval, frame + 1, start, end)


def _sampling(components: bytes) -> tuple[int, int]:
    """Width and height in pixels of a unit of components that are stored so densely."""
    if len(components) == 1:
        return BLOCK, BLOCK
    return BLOCK * max(each >> 4 for each in components), BLOCK * max(each & 15 for each in components)


def _rounds(data: bytes, scan: Scan) -> list[int]:
    """Offsets behind the markers that end a round."""
    bits = np.frombuffer(data, np.uint8)[scan.start : scan.end]
    at = np.flatnonzero(bits[:-1] == 0xFF)
    return [scan.start + 2 + place for place in at[bits[at + 1] == 0xD7].tolist()]


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")
