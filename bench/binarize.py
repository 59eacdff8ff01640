"""Every way to two levels: F-measure and PSNR against the truth (as DIBCO does), time a megapixel on one core."""

import time
from collections.abc import Iterator

import cv2
import numpy as np

from bench.pages import Pixels, clean, files
from bench.tables import Options, Table
from fastapi_app.services import raster
from fastapi_app.services.binarize import METHODS, binarize
from samples import age, photograph


def cases(options: Options) -> Iterator[tuple[Pixels, Pixels]]:
    """(gray page, truth with ink below 128). In a folder: NAME.png with NAME.gt.png beside it."""
    if options.pages:
        for path in files(options):
            truth = path.with_suffix(".gt.png")
            if truth.exists():
                gray = raster.decode(path.read_bytes(), gray=True).pixels
                yield gray, raster.decode(truth.read_bytes(), gray=True).pixels
        return
    page, back = clean(1200, 1700, 34), clean(1200, 1700, 40)
    for seed, (shade, grain) in enumerate(((0.0, 4), (0.4, 6), (0.7, 6), (0.85, 10))):
        image = photograph(page, angle=0, shade=shade, grain=grain, seed=seed)
        yield cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), page
    for seed, (fading, show_through, stains) in enumerate(((0.3, 0.2, 0.3), (0.5, 0.4, 0.5), (0.7, 0.3, 0.7))):
        yield age(page, back, fading=fading, show_through=show_through, stains=stains, seed=seed), page


def f_measure(page: Pixels, truth: Pixels) -> float:
    """Harmonic mean of precision and recall of ink, in percent."""
    ink, true_ink = page < 128, truth < 128
    hit = int(np.count_nonzero(ink & true_ink))
    return 200.0 * hit / max(1, int(np.count_nonzero(ink)) + int(np.count_nonzero(true_ink)))


def psnr(page: Pixels, truth: Pixels) -> float:
    """Peak signal-to-noise ratio of two pages of two levels, in dB."""
    wrong = float(np.mean((page < 128) != (truth < 128)))
    return float(-10 * np.log10(max(wrong, 1e-9)))


def run(options: Options) -> Table:
    pages = list(cases(options))
    cv2.setNumThreads(1)
    rows = []
    for method in METHODS:
        scores, noise, pace = [], [], []
        for gray, truth in pages:
            begin = time.perf_counter()
            page = binarize(gray, method)
            pace.append((time.perf_counter() - begin) / (gray.size / 1e6))
            scores.append(f_measure(page, truth))
            noise.append(psnr(page, truth))
        marks = (f"{np.mean(scores):.2f}", f"{min(scores):.1f}", f"{np.mean(noise):.2f}", f"{np.median(pace):.4f}")
        rows.append((method, *marks))
    return Table(("method", "mean F", "worst F", "PSNR", "s/MP"), rows)
