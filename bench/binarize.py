"""Every way to two levels: F-measure against the truth (DIBCO's), and time a megapixel."""

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np

from bench.pages import Pixels, clean, files, seconds
from bench.tables import Options, Table
from fastapi_app.services import raster
from fastapi_app.services.binarize import METHODS, binarize
from samples import photograph


def cases(options: Options) -> Iterator[tuple[Pixels, Pixels]]:
    """(gray page, truth with ink below 128). In a folder: NAME.png with NAME.gt.png beside it."""
    if options.pages:
        for path in files(options):
            truth = path.with_suffix(".gt.png")
            if truth.exists():
                gray = raster.decode(path.read_bytes(), gray=True).pixels
                yield gray, raster.decode(truth.read_bytes(), gray=True).pixels
        return
    page = clean(1200, 1700, 34)
    for seed, (shade, grain) in enumerate(((0.0, 4), (0.4, 6), (0.7, 6), (0.85, 10))):
        image = photograph(page, angle=0, shade=shade, grain=grain, seed=seed)
        yield cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), page


def f_measure(page: Pixels, truth: Pixels) -> float:
    """Harmonic mean of precision and recall of ink, in percent."""
    ink, true_ink = page < 128, truth < 128
    hit = int(np.count_nonzero(ink & true_ink))
    return 200.0 * hit / max(1, int(np.count_nonzero(ink)) + int(np.count_nonzero(true_ink)))


def run(options: Options) -> Table:
    pages = list(cases(options))
    rows = []
    for method in METHODS:
        scores = [f_measure(binarize(gray, method), truth) for gray, truth in pages]
        gray = pages[0][0]
        pace = seconds(partial(binarize, gray, method)) / (gray.size / 1e6)
        rows.append((method, f"{np.mean(scores):.1f}", f"{min(scores):.1f}", f"{pace:.3f}"))
    return Table(("method", "mean F", "worst F", "s/MP"), rows)
