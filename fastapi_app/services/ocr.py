"""Reading text: which engine, and the only caller of Tesseract, its command line, its time-out, its errors."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
import pytesseract
from PIL import Image

from fastapi_app.services import rapid
from fastapi_app.services.errors import BadParameter, EngineUnavailable, TimedOut, UnknownLanguage, UnusableImage
from fastapi_app.services.layout import Box, Line, Page, Region, Word, mean_confidence
from fastapi_app.services.pixels import to_gray
from fastapi_app.services.raster import Raster, reduce

# One thread a process: Tesseract's own threads wait for each other more than they read. Pages keep the cores busy.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

ENGINES = ("tesseract", "rapidocr", "auto")
SCRIPT_MODELS = ("osd",)
SURE = 0.88  # mean confidence of Tesseract: below, RapidOCR read more words of every receipt and form measured
BELIEVABLE_DPI = (100, 2400)  # cameras write 72 into everything
LONGEST = 32_000  # Tesseract refuses more than 32767 pixels a side


def languages() -> tuple[str, ...]:
    """Codes of the installed languages, as Tesseract names them. EngineUnavailable without Tesseract."""
    try:
        installed = pytesseract.get_languages()
    except pytesseract.TesseractNotFoundError as error:
        raise EngineUnavailable("Tesseract is not installed.") from error
    return tuple(sorted(code for code in set(installed) if code not in SCRIPT_MODELS))


@cache
def _tesseract_version() -> str:
    try:
        return str(pytesseract.get_tesseract_version()).split()[0]
    except (pytesseract.TesseractNotFoundError, SystemExit) as error:
        raise EngineUnavailable("Tesseract is not installed.") from error


def versions() -> dict[str, str]:
    """Name and version of every engine that can read."""
    found = {"tesseract": _tesseract_version()}
    second = rapid.version()
    return found if second is None else found | {"rapidocr": second}


def read(
    raster: Raster,
    languages: Sequence[str],
    *,
    engine: str = "tesseract",
    psm: int = 3,
    seconds: float = 60,
) -> Page:
    """The text of a page, boxes in pixels of the original. `psm` is Tesseract's page segmentation mode, 1 to 13.

    `auto`: Tesseract; a page of Latin script that it is not sure of is read again by RapidOCR, and the surer reading
    counts. Raises UnknownLanguage, BadParameter, TimedOut, EngineUnavailable, UnusableImage.
    """
    if engine not in ENGINES:
        raise BadParameter(f"There is no engine “{engine}”; choose one of {', '.join(ENGINES)}.")
    if psm not in range(1, 14) or psm == 2:
        raise BadParameter("The page segmentation mode is 1 or between 3 and 13.")
    if engine == "rapidocr":
        return _by_rapidocr(raster, languages)
    page = _by_tesseract(raster, languages, psm, seconds)
    return page if engine == "tesseract" else surer(page, raster, languages)


def surer(page: Page, raster: Raster, languages: Sequence[str]) -> Page:
    """What `auto` makes of Tesseract's reading of this raster."""
    if page.confidence >= SURE or not rapid.can_read(languages):
        return page
    return max(page, _by_rapidocr(raster, languages), key=lambda read: read.confidence)


def _by_tesseract(raster: Raster, languages: Sequence[str], psm: int, seconds: float) -> Page:
    if max(raster.width, raster.height) > LONGEST:
        raise UnusableImage(f"Tesseract reads pages of at most {LONGEST} pixels a side.")
    chosen = _checked(languages)
    regions = tuple(_regions(_recognize(raster, "+".join(chosen), psm, seconds), raster))
    return _page(raster, chosen, f"tesseract {_tesseract_version()}", regions)


def _by_rapidocr(raster: Raster, languages: Sequence[str]) -> Page:
    chosen = rapid.checked(languages)
    small = reduce(raster, rapid.longest_for(raster.width, raster.height))
    regions = tuple(_on_original(region, small) for region in rapid.recognize(small.pixels))
    return _page(raster, chosen, f"rapidocr {rapid.version()}", regions)


def _page(raster: Raster, languages: tuple[str, ...], engine: str, regions: tuple[Region, ...]) -> Page:
    words = [word for region in regions for line in region.lines for word in line.words]
    return Page(
        width=raster.original[0],
        height=raster.original[1],
        languages=languages,
        engine=engine,
        confidence=mean_confidence(words),
        regions=regions,
    )


def _on_original(region: Region, raster: Raster) -> Region:
    lines = [
        Line.of([word.model_copy(update={"box": box_on_original(word.box, raster)}) for word in line.words])
        for line in region.lines
    ]
    return Region.of(lines)


def _checked(wanted: Sequence[str]) -> tuple[str, ...]:
    if not wanted:
        raise UnknownLanguage("At least one language is needed.")
    installed = languages()
    for code in wanted:
        if code not in installed:
            raise UnknownLanguage(f"The language “{code[:40]}” is not installed.", installed=installed)
    return tuple(dict.fromkeys(wanted))


def _recognize(raster: Raster, lang: str, psm: int, seconds: float) -> list[Mapping[str, Any]]:
    """Rows of Tesseract's table, one per word."""
    page = Image.fromarray(to_gray(raster.pixels))
    page.format = "BMP"  # the file in between: cheapest to write and to read
    config = f"--psm {psm}"
    if raster.dpi and BELIEVABLE_DPI[0] <= raster.dpi <= BELIEVABLE_DPI[1]:
        config += f" --dpi {round(raster.dpi)}"
    try:
        table = pytesseract.image_to_data(
            page, lang=lang, config=config, timeout=seconds, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractNotFoundError as error:
        raise EngineUnavailable("Tesseract is not installed.") from error
    except pytesseract.TesseractError as error:
        raise UnusableImage("Tesseract could not read this page.") from error
    except RuntimeError as error:  # how pytesseract says that the time is up
        raise TimedOut(f"Reading took longer than {seconds:g} seconds.") from error
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _regions(rows: Sequence[Mapping[str, Any]], raster: Raster) -> Iterator[Region]:
    """Blocks of lines of words; rows come in reading order, words of a line in logical order."""
    words = [row for row in rows if float(row["conf"]) >= 0 and str(row["text"]).strip()]
    for _, block in groupby(words, key=lambda row: row["block_num"]):
        lines = [
            Line.of([_word(row, raster) for row in line])
            for _, line in groupby(block, key=lambda row: (row["par_num"], row["line_num"]))
        ]
        yield Region.of(lines)


def _word(row: Mapping[str, Any], raster: Raster) -> Word:
    box = (int(row["left"]), int(row["top"]), int(row["width"]), int(row["height"]))
    return Word(
        text=str(row["text"]).strip(),
        confidence=round(min(1.0, float(row["conf"]) / 100), 4),
        box=box_on_original(box, raster),
    )


def box_on_original(box: Box, raster: Raster) -> Box:
    """Upright bounds, on the original, of a box on this raster; cut at the original's edges."""
    x, y, width, height = box
    corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
    # Corners are edges of pixels, half a pixel off the centres that the matrix maps.
    points = np.array([raster.to_original(cx - 0.5, cy - 0.5) for cx, cy in corners]) + 0.5
    left, top = (round(float(v)) for v in np.clip(points.min(axis=0), 0, raster.original))
    right, bottom = (round(float(v)) for v in np.clip(points.max(axis=0), 0, raster.original))
    return (left, top, right - left, bottom - top)
