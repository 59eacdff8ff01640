"""What several formats need of a page: legal characters, boxes within the page, words of a corrected line, scripts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from fastapi_app.services.layout import Box, Line, Page, Word

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPACES = re.compile(r"\s+")

SCRIPTS = {"LATIN": "Latn", "HEBREW": "Hebr", "ARABIC": "Arab", "GREEK": "Grek", "CYRILLIC": "Cyrl"}
"""First words of Unicode's names of letters, and ISO 15924's codes."""
SCRIPT_OF_LANGUAGE = {
    **dict.fromkeys(("heb", "yid"), "Hebr"),
    **dict.fromkeys(("ara", "fas", "urd", "pus", "uig"), "Arab"),
    **dict.fromkeys(("ell", "grc"), "Grek"),
    **dict.fromkeys(("rus", "ukr", "bel", "bul", "srp", "mkd", "kaz", "kir", "mon", "tgk"), "Cyrl"),
}


def legal(text: str) -> str:
    """Without the characters that XML 1.0 (2.2) forbids; white space as single spaces."""
    return SPACES.sub(" ", ILLEGAL.sub("", text)).strip()


def within(box: Box, page: Page) -> Box:
    """Cut at the page's edges."""
    left, top = min(max(0, box[0]), page.width), min(max(0, box[1]), page.height)
    right, bottom = min(max(left, box[0] + box[2]), page.width), min(max(top, box[1] + box[3]), page.height)
    return (left, top, right - left, bottom - top)


def words_of(line: Line) -> tuple[Word, ...]:
    """The line's words with legal text; where the text was corrected since, its own words, with boxes by letters."""
    words = [word.model_copy(update={"text": legal(word.text)}) for word in line.words if legal(word.text)]
    if " ".join(word.text for word in words) == legal(line.text):
        return tuple(words)
    return spread(legal(line.text), line)


def spread(text: str, line: Line) -> tuple[Word, ...]:
    """The words of `text` along the line's box as if all letters were equally broad, from the side where it begins."""
    x, y, width, height = line.box
    words, at = [], 0
    for word in text.split():
        near, far = (round(width * end / len(text)) for end in (at, at + len(word)))
        left = x + near if line.direction == "ltr" else x + width - far
        words.append(Word(text=word, confidence=line.confidence, box=(left, y, far - near, height)))
        at += len(word) + 1
    return tuple(words)


def script_of(text: str) -> str | None:
    """ISO 15924's code of most of the letters; None for no letter, and for scripts that SCRIPTS does not hold."""
    names = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha())
    return SCRIPTS.get(names.most_common(1)[0][0]) if names else None


def language_of(line: Line, languages: Sequence[str]) -> str | None:
    """The first of the page's languages that is written in the line's script, as ISO 639-2 has it."""
    script = script_of(line.text)
    for language in languages:
        if script and SCRIPT_OF_LANGUAGE.get(language, "Latn") == script and re.fullmatch("[a-z]{3}", language):
            return language
    return None


def share(confidence: float) -> float:
    return round(min(1.0, max(0.0, confidence)), 4)


def percent(confidence: float) -> int:
    return round(100 * share(confidence))
