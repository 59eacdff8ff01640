"""What an invoice comes to: by its label, its place and what adds up to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi_app.services.invoice.figures import Figure
from fastapi_app.services.invoice.net import rates_in
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate, Features
from fastapi_app.services.invoice.sums import CENT, Sums, plain

BESIDE = ("subtotal", "tax", "rounding", "cash", "change")  # kinds of rows that stand next to a total
MANY = 4  # the same amount on a page


def total_candidates(paper: Paper, figures: Sequence[Figure]) -> list[Candidate]:
    money = [figure for figure in figures if figure.is_money or figure.kind == "total"]
    page = _Page.of(money, [rate for rate, _ in rates_in(paper)])
    beside = _kinds_beside(money)
    return [
        Candidate(
            plain(figure.value),
            figure.span,
            {
                **_said(figure),
                **_placed(paper, figure, page.totals),
                **_summed(figure, page),
                **beside[figure.at],
            },
        )
        for figure in money
    ]


@dataclass(frozen=True)
class _Page:
    """`totals`: the rows of what is called so; `steps`: of roundings; `most`: what is most, but for what was paid."""

    sums: Sums
    often: Counter[Decimal]
    totals: Sequence[int]
    most: Decimal
    before: Mapping[Decimal, int]
    steps: Sequence[Decimal]
    rates: Sequence[Decimal]

    @classmethod
    def of(cls, money: Sequence[Figure], rates: Sequence[Decimal]) -> "_Page":
        kept = [figure.value for figure in money if figure.kind not in ("cash", "change")]
        return cls(
            Sums.of(money),
            Counter(figure.value for figure in money),
            [figure.at for figure in money if figure.kind == "total"],
            max(kept, default=Decimal(0), key=abs),
            {figure.value: figure.at for figure in reversed(money) if figure.kind in ("total", "subtotal")},
            list({abs(figure.value) for figure in money if figure.kind == "rounding" and figure.value}),
            list(dict.fromkeys(rate for rate in rates if rate)),
        )

    def is_tax_of_most(self, tax: Decimal) -> bool:
        """Whether a printed rate takes this tax of the largest amount, tax included."""
        return any(abs(self.most * rate / (100 + rate) - tax) <= CENT for rate in self.rates)

    def rounded_from(self, figure: Figure) -> str:
        """Whether a total in another row comes to it by a rounding: "above", "below" or ""."""
        for step in self.steps:
            for other in (figure.value - step, figure.value + step):
                if other in self.before and self.before[other] != figure.at:
                    return "above" if self.before[other] < figure.at else "below"
        return ""


def _summed(figure: Figure, page: _Page) -> Features:
    sums, value = page.sums, figure.value
    way = page.rounded_from(figure)
    return {
        "is most": float(value == page.most),
        "often": min(page.often[value], MANY) / MANY,
        "adds up": float(figure.kind != "subtotal" and sums.is_taxed(value)),
        "composed": float(figure.kind != "subtotal" and value in sums.composed),
        "paid": float(value in sums.paid),
        "tendered": float(value in sums.tendered),
        "rounded": float(way == "above"),
        "unrounded": float(way == "below"),
        "parts": float(value in sums.parts),
        "sum": float(sums.bare == value),
        "also tax": float(figure.kind != "tax" and value in sums.taxes),
        "tax of most": float(page.is_tax_of_most(value)),
        "zero": float(value == 0),
        "negative": float(value < 0 and not sums.is_taxed(value) and value not in sums.parts),
    }


def _kinds_beside(money: Sequence[Figure]) -> Mapping[int, Features]:
    """By row: what is said in the rows of amounts before and after it."""
    said: dict[int, str] = {}
    for figure in money:
        if not figure.is_below:
            said[figure.at] = figure.kind
    rows = sorted({figure.at for figure in money})
    found: dict[int, Features] = {}
    for number, at in enumerate(rows):
        sides = {"before": rows[max(0, number - 1) : number], "after": rows[number + 1 : number + 2]}
        found[at] = {
            f"{side} {said[other]}": 1.0
            for side, others in sides.items()
            for other in others
            if said.get(other) in BESIDE
        }
    return found


def _said(figure: Figure) -> Features:
    below = "below " if figure.is_below else ""
    return {
        f"{below}kind {figure.kind}": 1.0,
        **{f"{below}word {word}": 1.0 for word in figure.words},
        "last in row": float(figure.is_last),
        "alone": float(figure.is_alone),
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
