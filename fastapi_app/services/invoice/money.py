"""Amounts: decimal strings read exactly, the coins of a currency, and what rounding may do."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from iso4217 import Currency as Iso

NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,8})?")
USUAL_DECIMALS = 2
CODES = frozenset(str(currency.code) for currency in Iso)

CASH_STEPS = {
    "AUD": "0.05",
    "CAD": "0.05",
    "CHF": "0.05",
    "CZK": "1",
    "DKK": "0.50",
    "HUF": "5",
    "ILS": "0.10",
    "MYR": "0.05",
    "NOK": "1",
    "NZD": "0.10",
    "SEK": "1",
    "SGD": "0.05",
    "ZAR": "0.10",
}
"""The smallest coin, where it is larger than the smallest amount."""

EURO_CASH_COUNTRIES = frozenset(("BE", "EE", "FI", "IE", "IT", "LT", "NL", "SK"))
"""Where cash in euro is rounded to five cents, by law or custom."""


def decimal(text: str) -> Decimal | None:
    """A plain decimal string; None for anything else, an exponent included."""
    return Decimal(text.strip()) if NUMBER.fullmatch(text.strip()) else None


@dataclass(frozen=True)
class Currency:
    """`code` "" and two decimals where the invoice does not say; `coin`: the step to which cash is rounded, if any."""

    code: str
    decimals: int
    coin: Decimal | None = None

    @classmethod
    def of(cls, code: str, country: str | None = None) -> "Currency":
        coin = CASH_STEPS.get(code, "0.05" if code == "EUR" and country in EURO_CASH_COUNTRIES else None)
        return cls(code, _decimals(code), Decimal(coin) if coin else None)

    @property
    def unit(self) -> Decimal:
        """The smallest amount: 0.01 of a euro."""
        return Decimal(1).scaleb(-self.decimals)

    def round(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.unit, ROUND_HALF_UP)

    def say(self, amount: Decimal) -> str:
        """With its decimals, or all that it has, and the code: 12.50 EUR."""
        rounded = self.round(amount)
        return f"{rounded if rounded == amount else amount.normalize():f} {self.code}".rstrip()


def is_currency(code: str) -> bool:
    return code in CODES


def _decimals(code: str) -> int:
    if not is_currency(code):
        return USUAL_DECIMALS
    exponent: int | None = Iso(code).exponent  # gold has none
    return USUAL_DECIMALS if exponent is None else exponent


def percent(rate: Decimal) -> str:
    return f"{rate.normalize():f} %"
