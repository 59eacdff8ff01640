"""What a country is called, what it pays with, and whether it is of the European Union (ISO 3166 codes)."""

from datetime import date
from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies

_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_UNION.split())

_VAT_PREFIXES = {"EL": "GR", "XI": "GB"}
"""Prefixes of tax numbers that are no codes of ISO 3166: Greece, and Northern Ireland."""


@cache
def name(country: str) -> str:
    return str(Locale("en").territories.get(country, country))


def currencies(country: str, day: date) -> tuple[str, ...]:
    """Codes of ISO 4217, usually one; none for a country that is not known."""
    return tuple(get_territory_currencies(country, day, day))


def of_prefix(prefix: str) -> str:
    """The country of the two letters before a tax number."""
    return _VAT_PREFIXES.get(prefix, prefix)
