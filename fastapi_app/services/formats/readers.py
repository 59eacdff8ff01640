"""ALTO (2 to 4), PAGE (2013 to 2019) and hOCR into pages of layout, as kraken, eScriptorium, Transkribus and Tesseract
write them: words where the file has them, else lines alone."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fastapi_app.services.errors import UnusableImage
from fastapi_app.services.formats.parts import legal, share
from fastapi_app.services.formats.xml import local, tree
from fastapi_app.services.layout import Box, Line, Page, Region, Word, around, direction_of, mean_confidence

SURE = 1.0  # of text without a confidence: a person's, mostly
LARGEST_SIDE = 1_000_000  # pixels


def read(data: bytes) -> tuple[Page, ...]:
    """The pages of a file, told apart by its root. Raises UnusableImage for XML that is none of the three."""
    root = tree(data)
    reader = READERS.get(local(root).lower())
    if reader is None:
        raise UnusableImage("The file is neither ALTO nor PAGE nor hOCR.")
    try:
        pages = tuple(reader(root))
    except (ValueError, OverflowError) as error:
        raise UnusableImage("The file has a number that is none.") from error
    if not pages:
        raise UnusableImage("The file holds no page.")
    return pages


def _alto(root: Any) -> Iterator[Page]:
    unit = next((str(each.text).strip() for each in _all(root, "MeasurementUnit")), "pixel")
    if unit != "pixel":
        raise UnusableImage(f"The file measures in {unit[:20]}; only pixels are read.")
    engine = " ".join(legal(str(each.text or "")) for name in ("softwareName", "softwareVersion")
                      for each in [*_all(root, name)][:1])  # fmt: skip
    for page in _all(root, "Page"):
        regions = [_region([_alto_line(line) for line in _all(block, "TextLine")], _alto_box(block))
                   for block in _all(page, "TextBlock")]  # fmt: skip
        languages = [str(line.get("LANG")) for line in _all(page, "TextLine") if line.get("LANG")]
        yield _page(_number(page.get("WIDTH")), _number(page.get("HEIGHT")), regions, languages, engine)


def _alto_line(line: Any) -> Line:
    words = [_word(each.get("CONTENT"), each.get("WC"), _alto_box(each)) for each in _all(line, "String")]
    direction = line.get("BASEDIRECTION") or line.getparent().get("BASEDIRECTION")
    return _line(words, _alto_box(line), direction, None)


def _alto_box(element: Any) -> Box | None:
    numbers = [element.get(name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    if None in numbers:
        return None
    x, y, width, height = (_number(each) for each in numbers)
    return (x, y, max(0, width), max(0, height))


def _page_xml(root: Any) -> Iterator[Page]:
    engine = next((legal(str(each.get("value"))) for each in _all(root, "MetadataItem")
                   if each.get("type") == "processingStep"), "")  # fmt: skip
    labels = [str(each.get("value")) for each in _all(root, "Label") if each.get("type") == "languages"]
    for page in _all(root, "Page"):
        found = {each.get("id"): each for each in _all(page, "TextRegion")}
        order = [each.get("regionRef") for each in _all(page, "RegionRefIndexed")]
        names = [
            *dict.fromkeys(name for name in order if name in found),
            *(name for name in found if name not in order),
        ]
        regions = [_region([_page_line(line, found[name]) for line in _children(found[name], "TextLine")],
                           _points(found[name])) for name in names]  # fmt: skip
        size = (_number(page.get("imageWidth")), _number(page.get("imageHeight")))
        yield _page(*size, regions, " ".join(labels).split(), engine)


def _page_line(line: Any, region: Any) -> Line:
    words = [_word(*_page_text(each), _points(each)) for each in _children(line, "Word")]
    text, confidence = _page_text(line)
    way = line.get("readingDirection") or region.get("readingDirection")
    direction = {"right-to-left": "rtl", "left-to-right": "ltr"}.get(way or "")
    return _line(words, _points(line), direction, text, confidence)


def _page_text(element: Any) -> tuple[str | None, str | None]:
    """The first TextEquiv, which is the one with the lowest index where there are several."""
    found = sorted(_children(element, "TextEquiv"), key=lambda each: _number(each.get("index") or "0"))
    for equivalent in found:
        for unicode in _children(equivalent, "Unicode"):
            return unicode.text or "", equivalent.get("conf")
    return None, None


def _points(element: Any) -> Box | None:
    for coords in _children(element, "Coords"):
        pairs = [point.split(",") for point in (coords.get("points") or "").split()]
        corners = [(_number(x), _number(y)) for x, y in pairs]
        if corners:
            return around([(x, y, 0, 0) for x, y in corners])
    return None


def _hocr(root: Any) -> Iterator[Page]:
    facts = {each.get("name"): str(each.get("content") or "") for each in _all(root, "meta")}
    for page in _of_class(root, "ocr_page"):
        box = _bbox(page) or (0, 0, 0, 0)
        areas = (
            _of_class(page, "ocr_carea") or _of_class(page, "ocr_par") or [page][: len(_of_class(page, *HOCR_LINES))]
        )
        regions = [_region([_hocr_line(line) for line in _of_class(area, *HOCR_LINES)], _bbox(area)) for area in areas]
        languages = facts.get("ocr-langs", "").replace("unknown", "").split()
        yield _page(box[0] + box[2], box[1] + box[3], regions, languages, legal(facts.get("ocr-system", "")))


HOCR_LINES = ("ocr_line", "ocrx_line", "ocr_header", "ocr_caption", "ocr_textfloat")


def _hocr_line(line: Any) -> Line:
    words = [_word("".join(each.itertext()), _confidence(each), _bbox(each)) for each in _of_class(line, "ocrx_word")]
    text = None if words else "".join(line.itertext())
    direction = line.get("dir") or line.getparent().get("dir")
    return _line(words, _bbox(line), direction, text)


def _bbox(element: Any) -> Box | None:
    found = re.search(r"\bbbox\s+(-?\d{1,7})\s+(-?\d{1,7})\s+(-?\d{1,7})\s+(-?\d{1,7})", element.get("title") or "")
    if found is None:
        return None
    x, y, right, bottom = (int(each) for each in found.groups())
    return (x, y, max(0, right - x), max(0, bottom - y))


def _confidence(element: Any) -> str | None:
    found = re.search(r"\bx_wconf\s+(\d{1,3}(?:\.\d+)?)", element.get("title") or "")
    return None if found is None else str(float(found[1]) / 100)


def _of_class(root: Any, *names: str) -> list[Any]:
    return [
        each for each in root.iter() if isinstance(each.tag, str) and {*(each.get("class") or "").split()} & {*names}
    ]


def _word(text: str | None, confidence: str | None, box: Box | None) -> Word:
    sure = SURE if confidence is None else share(_decimal(confidence))
    return Word(text=legal(text or ""), confidence=sure, box=box or (0, 0, 0, 0))


def _line(
    words: Sequence[Word], box: Box | None, direction: str | None, text: str | None, confidence: str | None = None
) -> Line:
    kept = tuple(word for word in words if word.text)
    said = legal(text) if text is not None else " ".join(word.text for word in kept)
    sure = mean_confidence(kept) if kept else SURE
    return Line(
        text=said,
        confidence=sure if confidence is None else share(_decimal(confidence)),
        box=box or around([word.box for word in kept]),
        direction="rtl" if direction == "rtl" else "ltr" if direction == "ltr" else direction_of(said),
        words=kept,
    )


def _region(lines: Sequence[Line], box: Box | None) -> Region:
    return Region(box=box or around([line.box for line in lines]), lines=tuple(lines))


def _page(width: int, height: int, regions: Sequence[Region], languages: Sequence[str], engine: str) -> Page:
    words = [word for region in regions for line in region.lines for word in line.words]
    return Page(
        width=width,
        height=height,
        languages=tuple(dict.fromkeys(legal(code) for code in languages)),
        engine=engine,
        confidence=mean_confidence(words),
        regions=tuple(regions),
    )


def _all(root: Any, name: str) -> Iterator[Any]:
    return (each for each in root.iter() if isinstance(each.tag, str) and local(each) == name)


def _children(element: Any, name: str) -> Iterator[Any]:
    return (each for each in element if isinstance(each.tag, str) and local(each) == name)


def _number(text: str | None) -> int:
    """Pixels. Raises ValueError for what is no number of a page's size."""
    value = round(_decimal(text or "0"))
    if abs(value) > LARGEST_SIDE:
        raise ValueError(text)
    return value


def _decimal(text: str) -> float:
    value = float(text)
    if math.isnan(value):
        raise ValueError(text)
    return value


READERS: dict[str, Callable[[Any], Iterator[Page]]] = {"alto": _alto, "pcgts": _page_xml, "html": _hocr}
