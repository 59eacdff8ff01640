"""Total, subtotal, tax: by their labels and by what adds up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from fastapi_app.services.invoice import numbers
from fastapi_app.services.invoice.figures import Figure
from fastapi_app.services.invoice.labels import kinds
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate, Features
from fastapi_app.services.invoice.rows import Span

CENT = Decimal("0.01")
MOST_ROUNDING = Decimal("0.05")  # where the smallest coin is five or ten cents
MOST_OF_A_KIND = 24  # the last ones, on endless pages
MANY = 4  # the same amount on a page


@dataclass(frozen=True)
class Sums:
    """The amounts of a page by kind, and which of them add up; `bare`: the sum of those without a label."""

    bare: Decimal
    by_kind: dict[str, list[Decimal]] = field(default_factory=dict)

    @classmethod
    def of(cls, figures: Sequence[Figure]) -> "Sums":
        kinds: dict[str, list[Decimal]] = {}
        for figure in figures:
            kinds.setdefault(figure.kind, []).append(figure.value)
        bare = sum((f.value for f in figures if not f.kind and f.is_last and f.is_money), Decimal(0))
        return cls(bare, {kind: list(dict.fromkeys(values))[-MOST_OF_A_KIND:] for kind, values in kinds.items()})

    def __getitem__(self, kind: str) -> list[Decimal]:
        return self.by_kind.get(kind, [])

    def is_taxed(self, total: Decimal) -> bool:
        """Whether a subtotal and a tax come to it, give or take the rounding."""
        return any(abs(net + tax - total) <= MOST_ROUNDING for net in self["subtotal"] for tax in self["tax"])

    def is_paid(self, total: Decimal) -> bool:
        """Whether it is what the cashier kept."""
        return any(cash - change == total for cash in self["cash"] for change in self["change"] if change)

    def is_rounded(self, total: Decimal) -> bool:
        """Whether another total and the rounding come to it."""
        steps = [step for step in self["rounding"] if step]
        return any(
            net + step == total or net - step == total for net in self["total"] + self["subtotal"] for step in steps
        )


def total_candidates(paper: Paper, figures: Sequence[Figure]) -> list[Candidate]:
    money = [figure for figure in figures if figure.is_money or figure.kind == "total"]
    sums = Sums.of(money)
    often = Counter(figure.value for figure in money)
    kept = [figure.value for figure in money if figure.kind not in ("cash", "change")]
    most = max(kept, default=Decimal(0), key=abs)
    totals = [figure.at for figure in money if figure.kind == "total"]
    return [
        Candidate(
            plain(figure.value),
            figure.span,
            {
                **_said(figure),
                **_placed(paper, figure, totals),
                "is most": float(figure.value == most),
                "often": min(often[figure.value], MANY) / MANY,
                "adds up": float(figure.kind != "subtotal" and sums.is_taxed(figure.value)),
                "paid": float(sums.is_paid(figure.value)),
                "tendered": float(figure.value in sums["cash"]),
                "rounded": float(sums.is_rounded(figure.value)),
                "sum": float(sums.bare == figure.value),
                "zero": float(figure.value == 0),
                "negative": float(figure.value < 0 and not sums.is_taxed(figure.value)),
            },
        )
        for figure in money
    ]


def _said(figure: Figure) -> Features:
    below = "below " if figure.is_below else ""
    return {
        f"{below}kind {figure.kind}": 1.0,
        **{f"{below}word {word}": 1.0 for word in figure.words},
        "last in row": float(figure.is_last),
        "currency": float(bool(figure.amount.currency)),
        "decimals": float(figure.amount.decimals == 2),
    }


def _placed(paper: Paper, figure: Figure, totals: Sequence[int]) -> Features:
    is_total = figure.kind == "total"
    return {
        "depth": paper.depth(figure.row),
        "large": max(-1.0, min(1.0, figure.row.height / paper.height - 1)),
        "first total": float(is_total and figure.at == min(totals)),
        "last total": float(is_total and figure.at == max(totals)),
        "last page": float(figure.row.page == len(paper.pages)),
    }


def plain(value: Decimal) -> str:
    """With two decimals, or as many as there are."""
    exact = value.normalize()
    return str(exact if -int(exact.as_tuple().exponent) > 2 else value.quantize(CENT))


@dataclass(frozen=True)
class Split:
    """A total as net and tax; either may not be printed."""

    subtotal: Figure | None
    tax: Figure | None
    score: float


LABELLED, UNDER_HEADER, FITS, RATE_FITS = 2.0, 1.0, 4.0, 1.0


def split(figures: Sequence[Figure], total: Decimal | None, rates: Sequence[Decimal]) -> list[Split]:
    """How the total may be split, the likeliest first."""
    taxes = [figure for figure in figures if figure.kind == "tax"][-MOST_OF_A_KIND:]
    nets = [figure for figure in figures if figure.kind == "subtotal" or _is_rest(figure, taxes, total)]
    nets = nets[-MOST_OF_A_KIND:]
    found = [_split(net, tax, total, rates) for net in (*nets, None) for tax in (*taxes, None) if net or tax]
    return sorted(found, key=lambda each: -each.score)


def _is_rest(figure: Figure, taxes: Sequence[Figure], total: Decimal | None) -> bool:
    """Whether it is what a tax leaves of the total, whatever it is called."""
    if total is None or not figure.is_money or figure.kind not in ("total", ""):
        return False
    return any(tax.value and figure.value + tax.value == total for tax in taxes)


def _split(net: Figure | None, tax: Figure | None, total: Decimal | None, rates: Sequence[Decimal]) -> Split:
    score = sum(_weight(figure) for figure in (net, tax) if figure)
    if net and tax:
        if total is not None and abs(net.value + tax.value - total) <= MOST_ROUNDING:
            score += FITS
        elif total is not None:
            score -= FITS / 2
        if any(abs(net.value * rate / 100 - tax.value) <= CENT for rate in rates):
            score += RATE_FITS
    if total is not None:
        score -= sum(abs(figure.value) > abs(total) for figure in (net, tax) if figure) * FITS
    return Split(net, tax, score)


def _weight(figure: Figure) -> float:
    return (
        (UNDER_HEADER if figure.is_below else LABELLED)
        + figure.is_last * 0.5
        + figure.is_money * 0.5
        + figure.at / 10_000
    )


def rates_in(paper: Paper) -> Iterator[tuple[Decimal, Span]]:
    """Percentages beside the word for a tax."""
    for row in paper.rows:
        if "tax" in kinds(row.text, "AMOUNTS"):
            for amount in numbers.find(row.text, paper.mark):
                if amount.is_percent:
                    yield amount.value, row.span(amount.start, amount.end)


def net_of(total: Candidate, tax: Figure, rates: Sequence[Decimal]) -> Candidate | None:
    """What the tax leaves of a total, where no subtotal is printed but the tax is what a printed rate takes of it."""
    net = Decimal(total.value) - tax.value
    if tax.value and not any(abs(net * rate / 100 - tax.value) <= CENT for rate in rates):
        return None
    together = total.span + tax.span if total.span.page == tax.span.page else total.span
    return Candidate(plain(net), together)
