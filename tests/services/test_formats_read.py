"""Reading ALTO, PAGE and hOCR: what is written comes back, what others write is understood, what is hostile refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastapi_app.services.errors import UnusableImage
from fastapi_app.services.formats import read, write
from fastapi_app.services.formats.parts import legal
from fastapi_app.services.layout import Box, Line, Page, Region, Word

READ = ("alto", "page", "hocr")
WIDTH, HEIGHT = 400, 300

texts = st.one_of(st.text(min_size=1, max_size=8), st.sampled_from(["שלום", "a&b", "<i>", '"', "]]>", "éa", "𐤀"]))
words_of_text = texts.map(lambda text: legal(text).replace(" ", "")).filter(bool)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(st.integers(0, WIDTH)), draw(st.integers(0, HEIGHT))
    return (x, y, draw(st.integers(0, WIDTH - x)), draw(st.integers(0, HEIGHT - y)))


confidences = st.integers(0, 100).map(lambda value: value / 100)
words = st.builds(Word, text=words_of_text, confidence=confidences, box=boxes())
lines = st.builds(
    lambda found, way: Line.of(found).model_copy(update={"direction": way}),
    st.lists(words, min_size=1, max_size=4), st.sampled_from(["ltr", "rtl"]),
)  # fmt: skip
regions = st.lists(lines, min_size=1, max_size=3).map(Region.of)
pages = st.builds(
    lambda found: Page(
        width=WIDTH, height=HEIGHT, languages=("eng",), engine="test 1", confidence=1, regions=tuple(found)
    ),
    st.lists(regions, max_size=3),
)


@pytest.mark.parametrize("format", READ)
@settings(max_examples=20, deadline=None)
@given(page=pages)
def test_what_is_written_comes_back(format: str, page: Page) -> None:
    (found,) = read(write([page], format))
    assert (found.width, found.height) == (page.width, page.height)
    assert [told(line) for line in found.lines] == [told(line) for line in page.lines]
    assert [region.box for region in found.regions] == [region.box for region in page.regions]


def told(line: Line) -> object:
    return line.text, line.direction, line.box, [(word.text, word.confidence, word.box) for word in line.words]


@given(data=st.binary(max_size=200))
@settings(max_examples=20, deadline=None)
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(UnusableImage):
        read(data)


def test_many_pages() -> None:
    page = Page(width=10, height=20, languages=(), engine="", confidence=0, regions=())
    assert len(read(write([page] * 3, "alto"))) == len(read(write([page] * 3, "hocr"))) == 3


def test_lines_without_words() -> None:
    """As a person has transcribed them in eScriptorium: PAGE of an older year, regions out of order."""
    data = """<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15"><Page imageFilename="a.jpg"
      imageWidth="100" imageHeight="80"><ReadingOrder><OrderedGroup id="o"><RegionRefIndexed index="0" regionRef="b"/>
      </OrderedGroup></ReadingOrder>
      <TextRegion id="a"><Coords points="0,0 9,0 9,9"/></TextRegion>
      <TextRegion id="b"><Coords points="10,10 50,10 50,30"/><TextLine id="l"><Coords points="12,12 40,14 40,20 12,22"/>
      <TextEquiv index="1"><Unicode>no</Unicode></TextEquiv><TextEquiv index="0"><Unicode>שלום רב</Unicode></TextEquiv>
      </TextLine></TextRegion></Page></PcGts>"""
    (page,) = read(data.encode())
    assert [region.box for region in page.regions] == [(10, 10, 40, 20), (0, 0, 9, 9)]
    (line,) = page.lines
    assert (line.text, line.direction, line.box, line.confidence) == ("שלום רב", "rtl", (12, 12, 28, 10), 1.0)


def test_alto_of_version_2() -> None:
    data = b"""<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#"><Description><MeasurementUnit>pixel</MeasurementUnit>
      </Description><Layout><Page ID="p" PHYSICAL_IMG_NR="1" WIDTH="100.0" HEIGHT="80"><PrintSpace><TextBlock ID="b">
      <TextLine HPOS="1" VPOS="2" WIDTH="30" HEIGHT="4"><String CONTENT="Ink" HPOS="1.4" VPOS="2" WIDTH="9" HEIGHT="4"/>
      <SP/><String CONTENT="dries"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"""
    (page,) = read(data)
    assert page.lines[0].text == "Ink dries"
    assert page.lines[0].words[0].box == (1, 2, 9, 4)


BOMB = b"""<!DOCTYPE alto [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>
<alto><Layout><Page WIDTH="1" HEIGHT="1">&c;</Page></Layout></alto>"""
THIEF = b"""<!DOCTYPE alto [<!ENTITY secret SYSTEM "file:///etc/passwd">]><alto><Layout>&secret;</Layout></alto>"""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "entities"),
        (THIEF, "entities"),
        (b"<alto", "well-formed"),
        (b"<a>" * 5000 + b"</a>" * 5000, "well-formed"),
        (b"<svg/>", "neither"),
        (b"<alto/>", "no page"),
        (b'<alto><Page WIDTH="many"/></alto>', "number"),
        (b'<alto><Page WIDTH="1e999"/></alto>', "number"),
        (b'<alto><Page WIDTH="nan"/></alto>', "number"),
        (b'<alto><MeasurementUnit>mm10</MeasurementUnit><Page WIDTH="1"/></alto>', "mm10"),
        (b'<PcGts><Page><TextRegion><Coords points="1 2"/></TextRegion></Page></PcGts>', "number"),
        ("<alto/>".encode("utf-16")[:-1], "well-formed"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableImage, match=reason):
        read(data)
