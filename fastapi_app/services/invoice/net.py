"""A total as net and tax: by their labels, by what adds up, by the printed rates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi_app.services.invoice import numbers
from fastapi_app.services.invoice.figures import Figure
from fastapi_app.services.invoice.labels import kinds
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate
from fastapi_app.services.invoice.rows import Span
from fastapi_app.services.invoice.sums import CENT, MOST_OF_A_KIND, MOST_ROUNDING, plain


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
