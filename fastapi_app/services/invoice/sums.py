"""What the amounts of a page come to: a total can be told by the others that lead to it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi_app.services.invoice.figures import Figure

CENT = Decimal("0.01")
MOST_ROUNDING = Decimal("0.05")  # where the smallest coin is five or ten cents
MOST_OF_A_KIND = 24  # the last ones, on endless pages
_ADDING = ("subtotal", "tax", "cash", "change")
FEW = 3  # of a kind, where kinds are combined


@dataclass(frozen=True)
class Sums:
    """Each a set of amounts, by how they come about; zero adds to nothing, but a tax may be zero.

    `taxed`: net and tax, in order; `composed`: net, discounts, charges, taxes and rounding; `paid`: what the cashier
    kept; `parts`: two totals, such as those of two tax rates; `bare`: all that has no label.
    """

    taxed: Sequence[Decimal]
    composed: frozenset[Decimal]
    paid: frozenset[Decimal]
    tendered: frozenset[Decimal]
    taxes: frozenset[Decimal]
    parts: frozenset[Decimal]
    bare: Decimal

    @classmethod
    def of(cls, figures: Sequence[Figure]) -> "Sums":
        kinds = _kinds(figures)
        nets, taxes, cash, change = (kinds.get(kind, [])[-MOST_OF_A_KIND:] for kind in _ADDING)
        totals = [f.value for f in figures if f.kind == "total" and f.is_alone and f.value][-MOST_OF_A_KIND:]
        return cls(
            taxed=sorted(net + tax for net in nets for tax in (*taxes, *_zeros(figures, "tax"))),
            composed=frozenset(_composed(kinds)),
            paid=frozenset(given - back for given in cash for back in change),
            tendered=frozenset(cash),
            taxes=frozenset(f.value for f in figures if f.kind == "tax" and f.is_last and f.value),
            parts=frozenset(one + other for at, one in enumerate(totals) for other in totals[:at]),
            bare=sum((f.value for f in figures if not f.kind and f.is_last and f.is_money), Decimal(0)),
        )

    def is_taxed(self, total: Decimal) -> bool:
        """Whether a net and a tax come to it, give or take the rounding."""
        at = bisect_left(self.taxed, total - MOST_ROUNDING)
        return at < len(self.taxed) and self.taxed[at] <= total + MOST_ROUNDING


def _kinds(figures: Sequence[Figure]) -> dict[str, list[Decimal]]:
    """The amounts of a page by kind, each once, from top to bottom."""
    kinds: dict[str, dict[Decimal, None]] = {}
    for figure in figures:
        if figure.value:
            kinds.setdefault(figure.kind, {})[figure.value] = None
    return {kind: list(values) for kind, values in kinds.items()}


def _composed(kinds: dict[str, list[Decimal]]) -> set[Decimal]:
    """From a net on, with or without each of what may follow; one alone is no sum."""
    nets = kinds.get("subtotal", [])[-FEW:]
    reached = set(nets)
    for kind in ("discount", "charge", "tax", "rounding"):
        for step in kinds.get(kind, [])[-FEW:]:
            signed = (step,) if kind in ("charge", "tax") else (step, -step)
            reached |= {amount + each for amount in reached for each in signed}
    return reached - set(nets)


def _zeros(figures: Sequence[Figure], kind: str) -> list[Decimal]:
    return [Decimal(0)] if any(not figure.value and figure.kind == kind for figure in figures) else []


def plain(value: Decimal) -> str:
    """With two decimals, or as many as there are."""
    exact = value.normalize()
    return str(exact if -int(exact.as_tuple().exponent) > 2 else value.quantize(CENT))
