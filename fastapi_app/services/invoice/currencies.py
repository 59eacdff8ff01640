"""In what is paid: the signs beside the amounts, codes elsewhere, else what is paid with in the vendor's country."""

import re
from collections.abc import Iterator, Sequence

from babel.numbers import get_territory_currencies
from iso4217 import Currency

from fastapi_app.services.invoice.figures import Figure
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate, Choice
from fastapi_app.services.invoice.rows import Span

_SIGNS = {
    "RM": "MYR", "€": "EUR", "£": "GBP", "₪": "ILS", "NIS": "ILS", 'ש"ח': "ILS", "ש״ח": "ILS", "₹": "INR",
    "RS": "INR", "S$": "SGD", "US$": "USD", "¥": "JPY", "EURO": "EUR", "RINGGIT": "MYR",
}  # fmt: skip
_DOLLARS = {"US": "USD", "SG": "SGD", "AU": "AUD", "CA": "CAD", "HK": "HKD", "NZ": "NZD", "MY": "MYR"}
_OLD = ("DEM", "FRF", "NLG", "ATS")  # money of before 2002, on invoices that are older
_CODES = frozenset(currency.code for currency in Currency if len(currency.code) == 3) | set(_OLD)
_SHORT_WORDS = ("ALL", "TOP", "CUP", "TRY", "PEN", "COP", "BAM", "MOP", "SOS", "LAK", "MAD", "CAD", "GEL", "AMD", "STD")
_LETTERS = "|".join(sorted({*_CODES, "RM", "NIS", "Ringgit", "Rs", "Euro"} - set(_SHORT_WORDS)))
_CODE = re.compile(rf"(?<![A-Za-z])(?:{_LETTERS})(?![A-Za-z])|US\$|S\$|[€£₪₹$]|ש[\"״]ח")
BESIDE, ELSEWHERE, NATIVE = 3.0, 1.0, 1.5  # how much a sign at an amount counts, any sign, the country


def currencies(paper: Paper, figures: Sequence[Figure]) -> list[Choice]:
    """The likeliest first."""
    votes: dict[str, float] = {}
    places: dict[str, Span] = {}
    native = currency_in(paper.country) if paper.country else None
    for sign, span, weight in (*_beside(figures), *_anywhere(paper, native)):
        code = currency_of(sign, paper.country)
        if code:
            votes[code] = votes.get(code, 0.0) + weight
            places.setdefault(code, span)
    if native and native in votes:
        votes[native] += NATIVE
    elif native and not votes and figures:
        return [Choice(Candidate(native, _bare(figures[0].span)), 0.7)]
    whole = sum(votes.values())
    return [
        Choice(Candidate(code, places[code]), vote / (whole + 0.3))
        for code, vote in sorted(votes.items(), key=lambda pair: -pair[1])
    ]


def _bare(span: Span) -> Span:
    """An amount without any sign: all that there is of the currency."""
    return Span("", span.page, span.words)


def _beside(figures: Sequence[Figure]) -> Iterator[tuple[str, Span, float]]:
    for figure in figures:
        if figure.amount.currency:
            yield figure.amount.currency, figure.span, BESIDE


def _anywhere(paper: Paper, native: str | None) -> Iterator[tuple[str, Span, float]]:
    """Three letters among words are more often part of a name (a company in Malaysia is a BHD) than foreign money."""
    for row in paper.rows:
        for match in _CODE.finditer(row.text):
            if native is None or match[0] not in _CODES or match[0] == native or _is_of_an_amount(match):
                yield match[0], row.span(*match.span()), ELSEWHERE


def _is_of_an_amount(code: re.Match[str]) -> bool:
    """Digits beside it, or brackets or a colon before it: 12.00 USD, Amount (USD), Currency: USD."""
    before, after = code.string[: code.start()].rstrip(), code.string[code.end() :].lstrip()
    return before[-1:] in (*"0123456789(:",) or after[:1].isdigit()


def currency_of(sign: str, country: str | None) -> str | None:
    """ISO 4217 of a sign or a code; dollars are those of the country."""
    upper = sign.upper().strip(" .")
    if upper in _CODES:
        return upper
    return _DOLLARS.get(country or "", "USD") if upper == "$" else _SIGNS.get(upper)


def currency_in(country: str) -> str | None:
    """What is paid with there today."""
    found = get_territory_currencies(country)
    return str(found[0]) if found else None
