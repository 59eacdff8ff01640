"""Pages for the tests of the formats: mixed directions, markup, what XML forbids, boxes that reach over the edge."""

from fastapi_app.services.layout import Line, Page, Region, Word


def word(text: str, x: int, y: int = 10, width: int = 20, confidence: float = 0.9) -> Word:
    return Word(text=text, confidence=confidence, box=(x, y, width, 8))


def mixed_page() -> Page:
    english = Line.of([word("Ink", 0), word("&", 30, confidence=0.5), word("<b>\x07paper", 60, width=60)])
    hebrew = Line.of([word("שלום", 70, 30), word("Recto", 40, 30), word("עולם", 5, 30)])
    corrected = english.model_copy(update={"text": "Ink & wax", "box": (0, 40, 90, 8), "confidence": 1.0})
    regions = (Region.of([english, corrected]), Region.of([hebrew]))
    return Page(width=100, height=50, languages=("eng", "heb"), engine="test 1", confidence=0.8, regions=regions)


def empty_page() -> Page:
    return Page(width=100, height=50, languages=("eng",), engine="test 1", confidence=0, regions=())
