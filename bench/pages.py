"""The pages that are measured, and small tables."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import cv2
from numpy.typing import NDArray

from samples import ENGLISH, HEBREW, draw, photograph

Pixels = NDArray[Any]
ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")
SIZES = {"drawn 2 MP": (1200, 1700, 34), "drawn 6 MP": (2100, 2900, 60), "drawn 9 MP": (2550, 3550, 74)}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and ".gt." not in path.name)


def clean(width: int, height: int, size: int) -> Pixels:
    return draw((*ENGLISH, "", *HEBREW), width=width, height=height, size=size, margin=width // 12, leading=1.5)


def photographs(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    """(name, bytes of a JPEG or whatever the folder holds)."""
    if folder:
        yield from ((path.name, path.read_bytes()) for path in files(folder))
        return
    for seed, (name, (width, height, size)) in enumerate(SIZES.items()):
        image = photograph(clean(width, height, size), angle=2.0 - 2 * seed, shade=0.5, grain=6, seed=seed)
        yield name, cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
