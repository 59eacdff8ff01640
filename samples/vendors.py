"""Invented vendors with habits: what they cost, how they number, when they write, where they bank."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

SYLLABLES = (
    "bel",
    "dor",
    "fen",
    "gal",
    "hul",
    "kas",
    "lim",
    "mor",
    "nav",
    "pel",
    "quin",
    "ros",
    "sil",
    "tam",
    "ver",
    "zan",
)
TRADES = ("Paper", "Timber", "Bakery", "Lamps", "Printing", "Cleaning", "Freight", "Gardens", "Optics", "Textiles")
STREETS = ("Quill Street", "Inkwell Lane", "Vellum Road", "Parchment Square")
COUNTRIES = {
    "DE": ("EUR", 19.0, "GmbH", (5, 6)),
    "FR": ("EUR", 20.0, "SARL", (5, 6)),
    "GB": ("GBP", 20.0, "Ltd", (5, 6)),
    "IL": ("ILS", 18.0, "Ltd", (4, 5)),
    "MY": ("MYR", 8.0, "Sdn Bhd", (6,)),
}
"""Currency, tax rate, legal form, days on which most are closed."""


@dataclass(frozen=True)
class Vendor:
    """`usual`: median net amount; `spread`: of its logarithm. `number_step`: 1 where every number comes to us.
    `shape`: of the number, "" for none. `hours`: of tills, None for letters. `closed`: days from Monday, 0."""

    name: str
    address: str
    tax_id: str
    iban: str
    currency: str
    rate: float
    usual: float
    spread: float
    count: int
    term: int
    shape: str
    first_number: int
    number_step: int
    yearly: bool
    closed: tuple[int, ...]
    hours: tuple[int, int] | None

    @property
    def stem(self) -> str:
        """Its name without its legal form."""
        return " ".join(self.name.split()[:2])

    def number(self, counter: int, year: int) -> str:
        return self.shape.format(year=year, counter=counter)

    def time(self, chance: Random) -> str:
        if self.hours is None:
            return ""
        minutes = chance.randint(self.hours[0] * 60, self.hours[1] * 60 - 1)
        return f"{minutes // 60:02}:{minutes % 60:02}"


def vendors(chance: Random, size: int) -> Iterator[Vendor]:
    """Until together they have about `size` bills: a few regular ones, many that come once or twice."""
    names: set[str] = set()
    while size > 0:
        vendor = _vendor(chance, min(size, _count(chance)))
        if vendor.stem not in names:
            names.add(vendor.stem)
            size -= vendor.count
            yield vendor


def _count(chance: Random) -> int:
    return chance.choice((1, 1, 1, 2, 2, 3, 5, 8, 12, 24, 24, 30, 48, 60))


def _vendor(chance: Random, count: int) -> Vendor:
    country = chance.choice(list(COUNTRIES))
    currency, rate, form, closed = COUNTRIES[country]
    is_till = chance.random() < 0.3
    yearly = chance.random() < 0.3
    name = "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3)))).title()
    return Vendor(
        name=f"{name} {chance.choice(TRADES)} {form}",
        address=f"{chance.randint(1, 99)} {chance.choice(STREETS)}",
        tax_id=f"{country}{chance.randrange(10**8, 10**9)}",
        iban="" if is_till else iban(country, chance),
        currency=currency,
        rate=rate,
        usual=chance.lognormvariate(3 if is_till else 5.5, 1),
        spread=chance.choice((0.02, 0.1, 0.25, 0.5, 0.8)),
        count=count,
        term=0 if is_till else chance.choice((7, 14, 30, 30, 60)),
        shape=chance.choice(("{year}-{counter:04}",) if yearly else ("{counter:06}", "RE-{counter}", "{counter}/A")),
        first_number=0 if yearly else chance.randrange(100, 90_000),
        number_step=chance.choice((1, 1, 9, 40)),
        yearly=yearly,
        closed=closed if chance.random() < 0.8 else (),
        hours=(8, chance.choice((17, 21))) if is_till else None,
    )


def iban(country: str, chance: Random) -> str:
    """With its check digits (ISO 13616); of Germany, where the vendor's own country has letters in its accounts."""
    bank = "DE" if country in ("FR", "GB", "MY") else country
    account = "".join(chance.choices("0123456789", k={"DE": 18, "IL": 19}[bank]))
    rest = "".join(str(int(letter, 36)) for letter in f"{account}{bank}00")
    return f"{bank}{98 - int(rest) % 97:02}{account}"
