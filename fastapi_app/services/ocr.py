"""Reading text: which engine, and the only caller of Tesseract, its command line, its time-out, its errors."""

import os
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import pytesseract
from PIL import Image

from fastapi_app.services import boxes, rapid, second_reading
from fastapi_app.services.errors import BadParameter, EngineUnavailable, TimedOut, UnknownLanguage, UnusableImage
from fastapi_app.services.layout import Line, Page, Region, Word, mean_confidence
from fastapi_app.services.pixels import to_gray
from fastapi_app.services.raster import Raster
from fastapi_app.services.rearrangement import rearranged

# One thread a process: Tesseract's own threads wait for each other more than they read. Pages keep the cores busy.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

ENGINES = ("tesseract", "rapidocr", "auto")
DETECTORS = ("osd",)  # models that tell, but do not read
SCRIPTS = {"heb": "Hebrew"}  # models that read a language better than its own, where they are installed
BELIEVABLE_DPI = (100, 2400)  # cameras write 72 into everything
STRIP_SLIMMEST, STRIP_BROADEST = 1.45, 1200  # height by width, pixels: sheets are broader, pages of books larger
SPELT = 0.3  # share of letters: of Hebrew receipts it finds digits, and hardly a letter
STRAY = 0.03  # share of letters of another script on a page that has none
LONGEST = 32_000  # Tesseract refuses more than 32767 pixels a side


def languages() -> tuple[str, ...]:
    """Codes of the languages that can be read, as Tesseract names them. EngineUnavailable without Tesseract."""
    models = _models()
    scripts = {code for code, script in SCRIPTS.items() if script in models}
    return tuple(sorted(scripts | {code for code in models if code.islower() and code not in DETECTORS}))


def _models() -> frozenset[str]:
    """What is installed: models of languages, and of scripts."""
    command = [pytesseract.pytesseract.tesseract_cmd, "--list-langs"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError as error:
        raise EngineUnavailable("Tesseract is not installed.") from error
    return frozenset(line.strip() for line in listed.splitlines()[1:])


def _model(language: str, models: frozenset[str]) -> str:
    script = SCRIPTS.get(language)
    return script if script in models else language


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

    `auto`: Tesseract; what it is not sure of, of a page in Latin script, is read again by RapidOCR. Raises
    UnknownLanguage, BadParameter, TimedOut, EngineUnavailable, UnusableImage.
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
    if not (rapid.can_read(languages) or (rapid.latin(languages) and _is_latin(page))):
        return page.model_copy(update={"regions": rearranged(page.lines, raster)})
    words = [word for line in page.lines for word in line.words]
    if not second_reading.is_needed(raster, words):
        return page
    regions, again = second_reading.regions(raster, words)
    if not again:
        return page
    mine = sum(len(line.words) for region in regions for line in region.lines) > again
    return _page(raster, page.languages, f"{page.engine}, {_rapidocr()}" if mine else _rapidocr(), regions)


def is_strip(raster: Raster) -> bool:
    """Whether it has the shape of a till's paper."""
    return raster.height >= STRIP_SLIMMEST * raster.width and raster.width <= STRIP_BROADEST


def by_pieces(raster: Raster, languages: Sequence[str]) -> Page | None:
    """As RapidOCR reads it, which of receipts and invoices is better than both engines together; None if it is not in
    Latin script."""
    chosen = rapid.latin(languages)
    if not chosen:
        return None
    page = _by_rapidocr(raster, chosen)
    text = "".join(page.text.split())
    letters = sum(letter.isalpha() for letter in text)
    return page.model_copy(update={"languages": tuple(languages)}) if letters > SPELT * len(text) else None


def _is_latin(page: Page) -> bool:
    """Of a page that might be in another script, too."""
    letters = [letter for letter in page.text if letter.isalpha()]
    foreign = sum(not unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters)
    return bool(letters) and foreign <= STRAY * len(letters)


def _by_tesseract(raster: Raster, languages: Sequence[str], psm: int, seconds: float) -> Page:
    if max(raster.width, raster.height) > LONGEST:
        raise UnusableImage(f"Tesseract reads pages of at most {LONGEST} pixels a side.")
    chosen = _checked(languages)
    regions = tuple(_regions(_recognize(raster, chosen, psm, seconds), raster))
    return _page(raster, chosen, f"tesseract {_tesseract_version()}", regions)


def _by_rapidocr(raster: Raster, languages: Sequence[str]) -> Page:
    chosen = rapid.checked(languages)
    return _page(raster, chosen, _rapidocr(), second_reading.regions(raster)[0])


def _rapidocr() -> str:
    return f"rapidocr {rapid.version()}"


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


def _checked(wanted: Sequence[str]) -> tuple[str, ...]:
    if not wanted:
        raise UnknownLanguage("At least one language is needed.")
    installed = languages()
    for code in wanted:
        if code not in installed:
            raise UnknownLanguage(f"The language “{code[:40]}” is not installed.", installed=installed)
    return tuple(dict.fromkeys(wanted))


def _recognize(raster: Raster, languages: Sequence[str], psm: int, seconds: float) -> list[Mapping[str, Any]]:
    """Rows of Tesseract's table, one per word."""
    page = Image.fromarray(to_gray(raster.pixels))
    page.format = "BMP"  # the file in between: cheapest to write and to read
    installed = _models()
    lang = "+".join(_model(code, installed) for code in languages)
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
        box=boxes.on_original(box, raster),
    )
