"""Read pages made by hand, as an engine would give them: text at columns and rows."""

from collections.abc import Sequence

from fastapi_app.services.layout import Line, Page, Region, Word

LETTER, HEIGHT, LEADING = 12, 24, 36  # pixels


def page_of(text: str, languages: Sequence[str] = ("eng",), *, width: int = 1200, confidence: float = 1.0) -> Page:
    """A page that is set in letters of one width: every line of `text` a line, two spaces or more are a gap."""
    lines = [_line(line, 40 + number * LEADING, confidence) for number, line in enumerate(text.splitlines())]
    return Page(
        width=width,
        height=80 + LEADING * len(lines),
        languages=tuple(languages),
        engine="by hand",
        confidence=confidence,
        regions=tuple(Region.of([line]) for line in lines if line.words),
    )


def _line(text: str, top: int, confidence: float) -> Line:
    words, at = [], 0
    for piece in text.split(" "):
        if piece:
            box = (40 + at * LETTER, top, len(piece) * LETTER, HEIGHT)
            words.append(Word(text=piece, confidence=confidence, box=box))
        at += len(piece) + 1
    return Line.of(words)
