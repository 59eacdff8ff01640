"""PAGE 2019-07-15 (PRImA): TextRegions of TextLines of Words. A file holds one page; several come as a ZIP archive."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lxml.builder import ElementMaker

from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.formats.origin import Origin, origins_for
from fastapi_app.services.formats.parts import legal, script_of, share, within, words_of
from fastapi_app.services.formats.xml import SCHEMA_LOCATION, XSI, document, instant
from fastapi_app.services.layout import Box, Line, Page, Region, Word, direction_of

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
SCHEMA = f"{NAMESPACE}/pagecontent.xsd"
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # the schema wants a time even where none is known
DIRECTIONS = {"ltr": "left-to-right", "rtl": "right-to-left"}
SCRIPTS = {
    "Latn": "Latn - Latin",
    "Hebr": "Hebr - Hebrew",
    "Arab": "Arab - Arabic",
    "Grek": "Grek - Greek",
    "Cyrl": "Cyrl - Cyrillic",
}

E: Any = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE, "xsi": XSI})


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    """An XML file, or for any other number of pages than one a ZIP archive of such files."""
    files = [_file(page, origin) for page, origin in zip(pages, origins_for(len(pages), origins), strict=True)]
    return files[0] if len(files) == 1 else _archive(files)


def _archive(files: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(files, start=1):
            entry = zipfile.ZipInfo(f"page_{number:04d}.xml")  # dated 1980: the same pages give the same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _file(page: Page, origin: Origin) -> bytes:
    when = instant(origin.at or NO_TIME)
    step = {"type": "processingStep", "name": "recognition", "value": legal(page.engine) or "unknown"}
    languages = E.Labels(E.Label(type="languages", value=legal(" ".join(page.languages))))
    facts = [E.Creator(f"Recto {ENGINE_VERSION}"), E.Created(when), E.LastChange(when), E.MetadataItem(step, languages)]
    location = {SCHEMA_LOCATION: f"{NAMESPACE} {SCHEMA}"}
    return document(E.PcGts(location, E.Metadata(*facts), _page(page, origin)))


def _page(page: Page, origin: Origin) -> Any:
    facts = {"imageFilename": legal(origin.filename), "conf": str(share(page.confidence))}
    size = {"imageWidth": str(page.width), "imageHeight": str(page.height)}
    element = E.Page(facts | size)
    if origin.dpi:
        dpi = str(round(origin.dpi, 2))
        element.attrib.update({"imageXResolution": dpi, "imageYResolution": dpi, "imageResolutionUnit": "PPI"})
    regions = [_region(region, page, str(at)) for at, region in enumerate(page.regions, start=1)]
    if regions:
        order = [E.RegionRefIndexed(index=str(at), regionRef=each.get("id")) for at, each in enumerate(regions)]
        element.append(E.ReadingOrder(E.OrderedGroup(*order, id="order")))
    element.extend(regions)
    return element


def _region(region: Region, page: Page, number: str) -> Any:
    text = "\n".join(legal(line.text) for line in region.lines)
    lines = [_line(line, page, f"{number}_{at}") for at, line in enumerate(region.lines, start=1)]
    facts = {"id": f"region_{number}", "type": "paragraph"} | _writing(text, direction_of(text))
    return E.TextRegion(facts, _coords(region.box, page), *lines, E.TextEquiv(E.Unicode(text)))


def _line(line: Line, page: Page, number: str) -> Any:
    words = [_word(word, page, f"{number}_{at}") for at, word in enumerate(words_of(line), start=1)]
    facts = {"id": f"line_{number}"} | _writing(line.text, line.direction)
    return E.TextLine(facts, _coords(line.box, page), *words, _text(line.text, line.confidence))


def _word(word: Word, page: Page, number: str) -> Any:
    return E.Word({"id": f"word_{number}"}, _coords(word.box, page), _text(word.text, word.confidence))


def _text(text: str, confidence: float) -> Any:
    return E.TextEquiv({"conf": str(share(confidence))}, E.Unicode(legal(text)))


def _writing(text: str, direction: str) -> dict[str, str]:
    script = script_of(text)
    return ({"primaryScript": SCRIPTS[script]} if script else {}) | {"readingDirection": DIRECTIONS[direction]}


def _coords(box: Box, page: Page) -> Any:
    """The four corners; PAGE has polygons only."""
    x, y, width, height = within(box, page)
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return E.Coords(points=" ".join(f"{left},{top}" for left, top in corners))
