"""hOCR 1.2 as XHTML: pages (ocr_page) of areas (ocr_carea) of one paragraph (ocr_par) of lines of words."""

from collections.abc import Sequence
from typing import Any

from lxml.builder import ElementMaker

from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.formats.origin import Origin, origins_for
from fastapi_app.services.formats.parts import language_of, legal, percent, within, words_of
from fastapi_app.services.formats.xml import document
from fastapi_app.services.layout import Box, Line, Page, Region, Word, direction_of

NAMESPACE = "http://www.w3.org/1999/xhtml"
DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_lang ocrp_dir ocrp_wconf"

E: Any = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    body = [_page(page, origin, at) for at, (page, origin) in enumerate(_pairs(pages, origins), start=1)]
    return document(E.html(_head(pages), E.body(*body)), DOCTYPE)


def _pairs(pages: Sequence[Page], origins: Sequence[Origin]) -> list[tuple[Page, Origin]]:
    return list(zip(pages, origins_for(len(pages), origins), strict=True))


def _head(pages: Sequence[Page]) -> Any:
    languages = dict.fromkeys(legal(code) for page in pages for code in page.languages)
    engines = dict.fromkeys(legal(page.engine) for page in pages)
    facts = {
        "ocr-system": f"Recto {ENGINE_VERSION} ({', '.join(engines)})",
        "ocr-capabilities": CAPABILITIES,
        "ocr-number-of-pages": str(len(pages)),
        "ocr-langs": " ".join(languages) or "unknown",
    }
    meta = [E.meta(name=name, content=content) for name, content in facts.items()]
    kind = E.meta({"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"})
    return E.head(E.title("Recognised text"), kind, *meta)


def _page(page: Page, origin: Origin, number: int) -> Any:
    areas = [_area(region, page, f"{number}_{at}") for at, region in enumerate(page.regions, start=1)]
    facts = [f'image "{_quotable(origin.filename)}"', _bbox((0, 0, page.width, page.height)), f"ppageno {number - 1}"]
    if origin.dpi:
        facts.append(f"scan_res {round(origin.dpi)} {round(origin.dpi)}")
    return E.div({"class": "ocr_page", "id": f"page_{number}", "title": "; ".join(facts)}, *areas)


def _area(region: Region, page: Page, number: str) -> Any:
    title = _bbox(within(region.box, page))
    direction = direction_of(" ".join(line.text for line in region.lines))
    lines = [_line(line, page, f"{number}_{at}") for at, line in enumerate(region.lines, start=1)]
    paragraph = E.p({"class": "ocr_par", "id": f"par_{number}", "dir": direction, "title": title}, *lines)
    return E.div({"class": "ocr_carea", "id": f"block_{number}", "title": title}, paragraph)


def _line(line: Line, page: Page, number: str) -> Any:
    element = E.span({"class": "ocr_line", "id": f"line_{number}", "dir": line.direction})
    element.set("title", _bbox(within(line.box, page)))
    if language := language_of(line, page.languages):
        element.set("lang", language)
    words = [_word(word, page, f"{number}_{at}") for at, word in enumerate(words_of(line), start=1)]
    for word in words[:-1]:
        word.tail = " "
    element.extend(words)
    element.tail = "\n"
    return element


def _word(word: Word, page: Page, number: str) -> Any:
    title = f"{_bbox(within(word.box, page))}; x_wconf {percent(word.confidence)}"
    return E.span({"class": "ocrx_word", "id": f"word_{number}", "title": title}, word.text)


def _bbox(box: Box) -> str:
    x, y, width, height = box
    return f"bbox {x} {y} {x + width} {y + height}"


def _quotable(filename: str) -> str:
    """A name that fits between quotation marks in a list that semicolons divide."""
    return legal(filename).translate({ord(mark): "_" for mark in '";\\'})
