"""Dates in a text: 14/03/2018, 2018-03-14, 14. März 2018, March 14, 2018, 14 במרץ 2018.

Whether the day or the month comes first is decided by the page: by its other dates, else by the country.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale

LANGUAGES = ("en", "ms", "de", "fr", "he", "nl", "es", "it")
EARLIEST, LATEST = 1980, 2099
_CENTURY = 2000
_SHORTEST_MONTH = 3

_GAP = r"[ \t]{0,2}"
_SEPARATED = re.compile(
    rf"(?<![\d.,/])(?P<a>\d{{1,4}}){_GAP}(?P<mark>[./\-–]){_GAP}(?P<b>\d{{1,2}}){_GAP}(?P=mark){_GAP}(?P<c>\d{{4}}|\d{{2}}(?!\d))(?!(?P=mark)\d)"
)
_NAMED = re.compile(
    r"(?<![\d.,/:])(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|\))?[\s\-/.,]{0,3}(?:of |de |ב)?(?P<month>[^\W\d_]{3,12})"
    r"[\s\-/.,']{0,3}(?P<year>\d{4}|\d{2}(?!\d))(?!\d|[.,]\d|:\d)"
)
_MONTH_FIRST = re.compile(
    r"(?P<month>[^\W\d_]{3,12})[\s\-/.]{0,3}(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s\-/,.']{1,4}(?P<year>\d{4})(?!\d)"
)
_COMPACT = re.compile(
    r"(?<![\w.,/-])(?:(?P<year>20\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)"
    r"|(?P<day2>[0-3]\d)(?P<month2>[01]\d)(?P<year2>20[0-4]\d))(?![\w./-])"
)
_TIME = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3]) ?: ?(?P<minute>[0-5]\d)(?: ?: ?[0-5]\d)?\s?(?P<half>[AaPp]\.?[Mm])?"
)


@dataclass(frozen=True)
class Dated:
    """A date as it stands in a text; `other` if day and month could be exchanged. `shape` tells how it is written."""

    value: date
    start: int
    end: int
    shape: str
    other: date | None = None


@cache
def months() -> dict[str, int]:
    """Names and abbreviations, folded, in all languages that are read."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        names = Locale(language).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[use][width].items():
                    found.setdefault(fold(name), number)
    return {name: number for name, number in found.items() if len(name) >= _SHORTEST_MONTH}


def fold(text: str) -> str:
    """Lower case, without accents, points and full stops."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip(".׳' ")


def _month(name: str) -> int | None:
    folded = fold(name)
    known = months()
    if folded in known:
        return known[folded]
    if folded.startswith("ב") and folded[1:] in known:
        return known[folded[1:]]
    starts = {number for other, number in known.items() if len(folded) >= _SHORTEST_MONTH and other.startswith(folded)}
    return starts.pop() if len(starts) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    full = year + _CENTURY if year < 100 else year
    if not EARLIEST <= full <= LATEST:
        return None
    try:
        return date(full, month, day)
    except ValueError:
        return None


def find(text: str, *, month_first: bool = False) -> Iterator[Dated]:
    """All dates of a text; where two ways to read one overlap, the first of them."""
    taken: list[tuple[int, int]] = []
    for found in (*_separated(text, month_first), *_named(text), *_compact(text)):
        if all(found.end <= start or end <= found.start for start, end in taken):
            taken.append((found.start, found.end))
            yield found


def _separated(text: str, month_first: bool) -> Iterator[Dated]:
    for match in _SEPARATED.finditer(text):
        a, b, c = (int(match[group]) for group in "abc")
        if len(match["a"]) == 4:
            read, other, shape = _date(a, b, c), None, "ymd"
        else:
            day_first, other_way = _date(c, b, a), _date(c, a, b)
            first, second = (other_way, day_first) if month_first else (day_first, other_way)
            read, other = first or second, second if first else None
            shape = "separated" if len(match["c"]) == 4 else "short"
        if read and not (len(match["a"]) == 3 or (len(match["a"]) == 4 and len(match["c"]) == 4)):
            yield Dated(read, match.start(), match.end(), shape, other if other != read else None)


def _named(text: str) -> Iterator[Dated]:
    for pattern in (_NAMED, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month = _month(match["month"])
            read = _date(int(match["year"]), month, int(match["day"])) if month else None
            if read:
                yield Dated(read, match.start(), match.end(), "named")


def _compact(text: str) -> Iterator[Dated]:
    for match in _COMPACT.finditer(text):
        parts = [match[name] or match[f"{name}2"] for name in ("year", "month", "day")]
        read = _date(*map(int, parts))
        if read:
            yield Dated(read, match.start(), match.end(), "compact")


def is_month_first(texts: Iterable[str], country: str | None = None) -> bool:
    """Whether the page's dates can only be read so; without such evidence only in the United States."""
    votes = 0
    for text in texts:
        for match in _SEPARATED.finditer(text):
            a, b = int(match["a"]), int(match["b"])
            votes += (a <= 12 < b <= 31) - (b <= 12 < a <= 31)
    return votes > 0 if votes else country == "US"


def time_of_day(text: str) -> tuple[str, int, int] | None:
    """The first time of a text as HH:MM, and where it stands."""
    match = _TIME.search(text)
    if not match:
        return None
    hour, half = int(match["hour"]), (match["half"] or "").lower()[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02d}:{match['minute']}", match.start(), match.end()
