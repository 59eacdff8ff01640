"""TSV and hOCR, and what all formats share."""

import re

import pytest
from lxml import etree

from fastapi_app.services.formats import FORMATS, Origin, write
from fastapi_app.services.formats.parts import language_of, legal, script_of, spread, within, words_of
from tests.services.formats_pages import empty_page, mixed_page

HTML = "{http://www.w3.org/1999/xhtml}"
ORIGIN = Origin('folio; 1\x00r".jpg', 0, 299.7)


@pytest.mark.parametrize("format", FORMATS)
def test_same_bytes_every_time(format: str) -> None:
    assert write([mixed_page()], format, [ORIGIN]) == write([mixed_page()], format, [ORIGIN])


def test_words_of_a_corrected_line() -> None:
    line = mixed_page().lines[1]
    assert [(word.text, word.box) for word in words_of(line)] == [
        ("Ink", (0, 40, 30, 8)), ("&", (40, 40, 10, 8)), ("wax", (60, 40, 30, 8))]  # fmt: skip


def test_words_of_a_corrected_line_from_right_to_left() -> None:
    line = mixed_page().lines[2].model_copy(update={"text": "אב ג", "box": (10, 0, 40, 8)})
    assert [word.box for word in spread("אב ג", line)] == [(30, 0, 20, 8), (10, 0, 10, 8)]


def test_legal_text() -> None:
    assert legal(" a\x00\x0b\ud800b\t\n c\ufffe") == "ab c"


def test_boxes_stay_on_the_page() -> None:
    assert within((-5, 40, 20, 30), mixed_page()) == (0, 40, 15, 10)
    assert within((200, 200, 5, 5), mixed_page()) == (100, 50, 0, 0)


def test_scripts_and_languages() -> None:
    assert [script_of(text) for text in ("ab שלום", "שלום a", "12", "漢字")] == ["Hebr", "Hebr", None, None]
    english, _, hebrew = mixed_page().lines
    assert (language_of(english, ["heb", "eng"]), language_of(hebrew, ["eng", "heb"])) == ("eng", "heb")
    assert language_of(hebrew, ["eng"]) is None


def test_tsv() -> None:
    rows = [row.split("\t") for row in write([mixed_page(), empty_page()], "tsv").decode().splitlines()]
    assert rows[0][0] == "level"
    assert {len(row) for row in rows} == {12}
    assert rows[1] == ["1", "1", "0", "0", "0", "0", "0", "0", "100", "50", "-1", ""]
    words = [row for row in rows if row[0] == "5"]
    assert [row[-1] for row in words] == ["Ink", "&", "<b>paper", "Ink", "&", "wax", "שלום", "Recto", "עולם"]
    assert words[2] == ["5", "1", "1", "1", "1", "3", "60", "10", "40", "8", "90", "<b>paper"]
    assert rows[-1][:2] == ["1", "2"]


def test_hocr() -> None:
    root = etree.fromstring(write([mixed_page(), empty_page()], "hocr", [ORIGIN]))
    facts = {meta.get("name"): meta.get("content") for meta in root.iter(f"{HTML}meta")}
    assert facts["ocr-langs"] == "eng heb"
    assert facts["ocr-system"].startswith("Recto ")
    assert {element.get("class") for element in root.iter() if element.get("class")} <= {
        *facts["ocr-capabilities"].split()}  # fmt: skip
    pages = of_class(root, "ocr_page")
    assert [page.get("title") for page in pages] == [
        'image "folio_ 1r_.jpg"; bbox 0 0 100 50; ppageno 0; scan_res 300 300',
        'image ""; bbox 0 0 100 50; ppageno 1',
    ]
    lines = of_class(root, "ocr_line")
    assert [(line.get("dir"), line.get("lang")) for line in lines] == [("ltr", "eng"), ("ltr", "eng"), ("rtl", "heb")]
    assert ["".join(line.itertext()) for line in lines] == ["Ink & <b>paper", "Ink & wax", "שלום Recto עולם"]
    assert of_class(root, "ocrx_word")[2].get("title") == "bbox 60 10 100 18; x_wconf 90"


def test_hocr_ids_are_unique_and_boxes_lie_in_each_other() -> None:
    """hOCR 1.2: every element of a page has a bounding box, within that of its parent."""
    root = etree.fromstring(write([mixed_page()] * 2, "hocr"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 2 * (1 + 2 * 2 + 3 + 9)
    for line in of_class(root, "ocr_line")[:1]:
        x0, y0, x1, y1 = box_of(line)
        for inner in map(box_of, line):
            assert x0 <= inner[0] <= inner[2] <= x1
            assert y0 <= inner[1] <= inner[3] <= y1


def of_class(root: etree._Element, name: str) -> list[etree._Element]:
    return [element for element in root.iter() if element.get("class") == name]


def box_of(element: etree._Element) -> tuple[int, ...]:
    found = re.search(r"bbox (\d+) (\d+) (\d+) (\d+)", element.get("title", ""))
    assert found
    return tuple(int(number) for number in found.groups())
