"""ALTO 4.3 (Library of Congress): a Page for each page, its text in TextBlocks of TextLines of Strings."""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml.builder import ElementMaker

from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.formats.origin import Origin, origins_for
from fastapi_app.services.formats.parts import language_of, legal, share, within, words_of
from fastapi_app.services.formats.xml import SCHEMA_LOCATION, XSI, document, instant
from fastapi_app.services.layout import Box, Line, Page, Region, Word, direction_of

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
VERSION = "4.3"
SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-3.xsd"

E: Any = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE, "xsi": XSI})


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    """One file; the image that it names is that of the first page."""
    known = origins_for(len(pages), origins)
    layout = [_page(page, number) for number, page in enumerate(pages, start=1)]
    location = {SCHEMA_LOCATION: f"{NAMESPACE} {SCHEMA}", "SCHEMAVERSION": VERSION}
    return document(E.alto(location, _description(pages, known), E.Layout(*layout)))


def _description(pages: Sequence[Page], origins: Sequence[Origin]) -> Any:
    name = legal(origins[0].filename) if origins else ""
    source = [E.sourceImageInformation(E.fileName(name))] if name else []
    steps = [_step(page, origin, at) for at, (page, origin) in enumerate(zip(pages, origins, strict=True), start=1)]
    return E.Description(E.MeasurementUnit("pixel"), *source, *steps)


def _step(page: Page, origin: Origin, number: int) -> Any:
    engine, _, version = legal(page.engine).partition(" ")
    when = [E.processingDateTime(instant(origin.at))] if origin.at else []
    return E.Processing(
        {"ID": f"read_{number}"},
        E.processingCategory("contentGeneration"),
        *when,
        E.processingStepDescription("Text recognition"),
        E.processingStepSettings(f"languages: {legal(' '.join(page.languages))}"),
        E.processingSoftware(
            E.softwareCreator("Recto"),
            E.softwareName(engine or "unknown"),
            E.softwareVersion(version),
            E.applicationDescription(f"Recto {ENGINE_VERSION}"),
        ),
    )


def _page(page: Page, number: int) -> Any:
    blocks = [_block(region, page, f"{number}_{at}") for at, region in enumerate(page.regions, start=1) if region.lines]
    whole = _place((0, 0, page.width, page.height))
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    facts = {"ID": f"page_{number}", "PHYSICAL_IMG_NR": str(number), "PC": str(share(page.confidence))}
    return E.Page(facts | size | {"PROCESSINGREFS": f"read_{number}"}, E.PrintSpace(whole, *blocks))


def _block(region: Region, page: Page, number: str) -> Any:
    direction = direction_of(" ".join(line.text for line in region.lines))
    lines = [_line(line, page, f"{number}_{at}") for at, line in enumerate(region.lines, start=1)]
    facts = {"ID": f"block_{number}", "BASEDIRECTION": direction}
    return E.TextBlock(facts | _place(within(region.box, page)), *lines)


def _line(line: Line, page: Page, number: str) -> Any:
    language = language_of(line, page.languages)
    facts = {"ID": f"line_{number}", "BASEDIRECTION": line.direction} | ({"LANG": language} if language else {})
    return E.TextLine(facts | _place(within(line.box, page)), *_strings(line, page, number))


def _strings(line: Line, page: Page, number: str) -> Iterator[Any]:
    """Words in logical order with spaces between them. A line has at least one, be it empty."""
    words = words_of(line) or (Word(text="", confidence=line.confidence, box=line.box),)
    for at, word in enumerate(words, start=1):
        if at > 1:
            yield E.SP()
        facts = {"ID": f"string_{number}_{at}", "CONTENT": word.text, "WC": str(share(word.confidence))}
        yield E.String(facts | _place(within(word.box, page)))


def _place(box: Box) -> dict[str, str]:
    return dict(zip(("HPOS", "VPOS", "WIDTH", "HEIGHT"), map(str, box), strict=True))
