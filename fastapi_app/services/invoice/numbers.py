"""Amounts in a text: 1.234,56 and 1,234.56. Which mark is the decimal one, the page itself tells."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Mark = Literal[".", ","]

_TELLING = re.compile(r"(?<![\d.,])\d{1,3}(?:([.,'’ \u00a0])\d{3})*([.,])\d{2}(?![\d.,]\d|\d|[./-]\d)")
_THOUSANDS = re.compile(r"\d([.,])\d{3}([.,])\d{2}(?!\d)")
_NUMBER = (
    r"\d{1,3}(?:(?P<group>[.,'’ \u00a0])\d{3})(?:(?P=group)\d{3})*(?:[.,]\d{1,2})?(?!\d)"
    r"|\d+(?:[.,] ?\d{1,4})?(?!\d)|[.,]\d{2}(?!\d)"
)
_SIGNS = r"RM|MYR|EUR|USD|GBP|CHF|ILS|NIS|SGD|INR|DEM|Rs\.?|US\$|S\$|[€$£¥₪₹]"
_AMOUNT = re.compile(
    rf"(?<![\w.,/#@])(?<!\d:)(?P<minus>[-−–(]\s?)?(?:(?P<before>{_SIGNS})[ :.]{{0,2}})?(?P<minus2>[-−–]\s?)?"
    rf"(?P<number>{_NUMBER})(?P<after>\s?(?:{_SIGNS})(?![A-Za-z]))?(?P<tail>-(?!\w)|\))?"
    r"(?P<percent>\s?%)?(?![\d/:]|[.,]\d|-\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Amount:
    """A number in a text and where it stands there. `decimals` as printed; `currency`: the sign beside it, or ""."""

    value: Decimal
    start: int
    end: int
    decimals: int
    currency: str = ""
    is_percent: bool = False


def decimal_mark(texts: Iterable[str], default: Mark = ".") -> Mark:
    """By the numbers that end in a mark and two digits; those with both marks count most."""
    votes = {".": 0, ",": 0}
    for text in texts:
        for match in _TELLING.finditer(text):
            votes[match[2]] += 1
        for match in _THOUSANDS.finditer(text):
            votes[match[2]] += 5 * (match[1] != match[2])
    if votes["."] == votes[","]:
        return default
    return "." if votes["."] > votes[","] else ","


def parse(text: str, mark: Mark = ".") -> Decimal | None:
    """None for what is no number. Three digits after the only mark are thousands, unless it is the decimal mark and
    the number begins with 0."""
    digits = re.sub(r"[\s'’\u00a0]", "", text)
    if not re.fullmatch(r"\d*(?:[.,]\d+)*", digits) or not re.search(r"\d", digits) or not digits.isascii():
        return None
    whole, fraction = _split(digits, mark)
    return (
        Decimal(f"{re.sub(r'[.,]', '', whole) or '0'}.{fraction or '0'}")
        if fraction
        else Decimal(re.sub(r"[.,]", "", whole))
    )


def _split(digits: str, mark: Mark) -> tuple[str, str]:
    """Before and after the decimal mark."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, ""
    before, after = digits[:last], digits[last + 1 :]
    seen = digits[last]
    if len(after) == 3 and _is_grouped(before, seen, mark):
        return digits, ""
    return before, after


def _is_grouped(before: str, seen: str, mark: Mark) -> bool:
    if seen in before:
        return True
    return seen != mark and 1 <= len(re.split(r"[.,]", before)[0]) <= 3 and not before.startswith("0")


def find(text: str, mark: Mark = ".") -> Iterator[Amount]:
    """All numbers of a text, from left to right; negative with a minus on either side or in brackets."""
    for match in _AMOUNT.finditer(text):
        value = parse(match["number"], mark)
        if value is None:
            continue
        inside = match["minus"] or ""
        minus = "-" in inside or "−" in inside or "–" in inside or match["minus2"] or match["tail"] == "-"
        minus = minus or ("(" in inside and match["tail"] == ")" and not match["after"])
        yield Amount(
            value=-value if minus else value,
            start=match.start("number") if not match["before"] else match.start("before"),
            end=match.end("after") if match["after"] else match.end("number"),
            decimals=_decimals(match["number"], mark),
            currency=(match["before"] or match["after"] or "").strip(" .:"),
            is_percent=bool(match["percent"]),
        )


def _decimals(number: str, mark: Mark) -> int:
    return len(_split(re.sub(r"[\s'’\u00a0]", "", number), mark)[1])
