"""Tax rates of countries by the day from which they held: VAT, GST, and Malaysia's sales and service tax.

Sources: the European Commission's Taxes in Europe Database and the laws named beside a line. Zero is allowed anywhere
(exports, reverse charge, small businesses), so it stands in none. Before a country's first line nothing is known.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

# country, first day, rates; the regional rates of Portugal, Greece, France and Austria are among them
TABLE = """
AT 2016-01-01 20 19 13 10
AT 2020-07-01 20 19 13 10 5
AT 2022-01-01 20 19 13 10
AT 2026-07-01 20 19 13 10 4.9
BE 2000-01-01 21 12 6
BG 2011-04-01 20 9
CH 2011-01-01 8 3.8 2.5
CH 2018-01-01 7.7 3.7 2.5
CH 2024-01-01 8.1 3.8 2.6
CY 2014-01-13 19 9 5
CY 2023-07-01 19 9 5 3
CZ 2015-01-01 21 15 10
CZ 2024-01-01 21 12
DE 2007-01-01 19 7
DE 2020-07-01 16 5
DE 2021-01-01 19 7
DK 1992-01-01 25
EE 2009-07-01 20 9
EE 2022-08-01 20 9 5
EE 2024-01-01 22 9 5
EE 2025-01-01 22 13 9
EE 2025-07-01 24 13 9
ES 2012-09-01 21 10 4
ES 2022-07-01 21 10 5 4
ES 2024-10-01 21 10 7.5 4 2
ES 2025-01-01 21 10 4
FI 2013-01-01 24 14 10
FI 2024-09-01 25.5 14 10
FI 2026-01-01 25.5 13.5 10
FR 2014-01-01 20 13 10 8.5 5.5 2.1
GB 2011-01-04 20 5
GB 2021-10-01 20 12.5 5
GB 2022-04-01 20 5
GR 2016-06-01 24 17 13 9 6 4
HR 2014-01-01 25 13 5
HU 2012-01-01 27 18 5
IE 2012-01-01 23 13.5 9 4.8
IE 2020-09-01 21 13.5 9 4.8
IE 2021-03-01 23 13.5 9 4.8
IL 2012-09-01 17
IL 2013-06-02 18
IL 2015-10-01 17
IL 2025-01-01 18
IT 2013-10-01 22 10 4
IT 2016-01-01 22 10 5 4
LI 2018-01-01 7.7 3.7 2.5
LI 2024-01-01 8.1 3.8 2.6
LT 2009-09-01 21 9 5
LT 2026-01-01 21 12 5
LU 2015-01-01 17 14 8 3
LU 2023-01-01 16 13 7 3
LU 2024-01-01 17 14 8 3
LV 2012-07-01 21 12
LV 2018-01-01 21 12 5
MT 2011-01-01 18 7 5
MT 2024-01-01 18 12 7 5
MY 2015-04-01 6
MY 2018-06-01 0
MY 2018-09-01 10 6 5
MY 2024-03-01 10 8 6 5
NL 2012-10-01 21 6
NL 2019-01-01 21 9
NO 2016-01-01 25 15 10
NO 2018-01-01 25 15 12
PL 2011-01-01 23 8 5
PT 2011-01-01 23 22 16 13 12 9 6 5 4
RO 2017-01-01 19 9 5
RO 2025-08-01 21 11 9
SE 1996-01-01 25 12 6
SG 2007-07-01 7
SG 2023-01-01 8
SG 2024-01-01 9
SI 2013-07-01 22 9.5
SI 2020-01-01 22 9.5 5
SK 2011-01-01 20 10
SK 2023-01-01 20 10 5
SK 2025-01-01 23 19 5
"""


@dataclass(frozen=True)
class Period:
    """Rates in percent, the highest first, from `first` until before `until` (None: they still hold)."""

    first: date
    until: date | None
    rates: tuple[Decimal, ...]

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)


def _periods() -> dict[str, tuple[Period, ...]]:
    lines: dict[str, list[tuple[date, tuple[Decimal, ...]]]] = defaultdict(list)
    for line in TABLE.split("\n"):
        if line:
            country, first, *rates = line.split()
            lines[country].append((date.fromisoformat(first), tuple(map(Decimal, rates))))
    return {country: tuple(_closed(changes)) for country, changes in lines.items()}


def _closed(changes: list[tuple[date, tuple[Decimal, ...]]]) -> list[Period]:
    closed = [Period(first, until, rates) for (first, rates), (until, _) in pairwise(changes)]
    return [*closed, Period(changes[-1][0], None, changes[-1][1])]


PERIODS = _periods()


def rates(country: str, day: date) -> tuple[Decimal, ...]:
    """In percent, the highest first; none where nothing is known."""
    return next((period.rates for period in PERIODS.get(country, ()) if period.holds(day)), ())


def period_of(country: str, rate: Decimal, day: date) -> Period | None:
    """When the rate did hold there, the latest before `day` or else the first after it."""
    found = [period for period in PERIODS.get(country, ()) if rate in period.rates]
    before = [period for period in found if period.first <= day]
    return next(iter(before[-1:] or found), None)
