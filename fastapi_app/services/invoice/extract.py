"""From read pages to an invoice, without templates: every value with its place, its confidence and its runners-up."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from fastapi_app.services.invoice import currencies, days, identifiers, items, net, ranking, totals
from fastapi_app.services.invoice.figures import Figure, figures
from fastapi_app.services.invoice.models import Field, Invoice, Source
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate, Choice
from fastapi_app.services.invoice.rows import Span
from fastapi_app.services.invoice.sums import plain
from fastapi_app.services.invoice.vendor import vendor_and_address
from fastapi_app.services.layout import Page, text_of

MOST_CANDIDATES = 4
INFERRED = 0.7  # how sure a net is that is not printed, as a share of its total


def extract(
    pages: Sequence[Page], languages: Sequence[str] = (), *, source: Source = "image", first_page: int = 1
) -> Invoice:
    """The invoice on these pages; they are all its. `first_page`: number of the first of them in its file.

    `languages`: codes as Tesseract names them, else those that the pages were read in.
    """
    paper = Paper(tuple(pages), tuple(languages) or (pages[0].languages if pages else ()))
    found_figures = figures(paper)
    choices = _choices(paper, found_figures)
    fields = {name: found[0].field() for name, found in choices.items() if found}
    invoice = Invoice(
        pages=(first_page, first_page + max(1, len(pages)) - 1),
        source=source,
        country=paper.country,
        fields={name: field for name, field in fields.items() if name not in DETAILS},
        details={name: field for name, field in fields.items() if name in DETAILS},
        candidates={name: _others(found) for name, found in choices.items() if len(found) > 1},
        line_items=items.line_items(paper, found_figures),
        text=text_of(pages),
    )
    return invoice if first_page == 1 else _moved(invoice, first_page - 1)


DETAILS = ("time", "tax_rate", "customer_tax_id")


def _choices(paper: Paper, found_figures: Sequence[Figure]) -> Mapping[str, list[Choice]]:
    """What every field may be, the likeliest first; nothing where none of it is likelier."""
    found_days = days.days(paper)
    total = _some("total", totals.total_candidates(paper, found_figures))
    date = _some("date", days.candidates(paper, found_days))
    vendor, address = vendor_and_address(paper)
    return {
        "vendor": vendor,
        "vendor_address": address,
        **_numbers(paper),
        "date": date,
        "due_date": _some("due_date", days.candidates(paper, found_days)),
        "currency": currencies.currencies(paper, found_figures),
        **_split(paper, found_figures, total),
        "total": total,
        "time": _certain([time] if (time := days.time(paper, date[0].candidate.span if date else None)) else []),
    }


def _some(name: str, candidates: Sequence[Candidate]) -> list[Choice]:
    choices = ranking.ranked(name, candidates)
    return choices if ranking.is_some(choices, name) else []


def _certain(found: Iterable[tuple[str, Span]], probability: float = 0.97) -> list[Choice]:
    """What can hardly be anything else; a number of an account counts once."""
    values = dict(reversed(list(found)))
    return [Choice(Candidate(value, span), probability) for value, span in reversed(values.items())]


def _numbers(paper: Paper) -> dict[str, list[Choice]]:
    taxed = sorted(identifiers.tax_numbers(paper), key=lambda number: not number.is_shaped)
    return {
        "invoice_number": _some("invoice_number", identifiers.number_candidates(paper)),
        "vendor_tax_id": _certain(((n.value, n.span) for n in taxed if not n.is_customers), 0.9),
        "customer_tax_id": _certain(((n.value, n.span) for n in taxed if n.is_customers), 0.9),
        "iban": _certain(identifiers.ibans(paper), 0.99),
    }


def _split(paper: Paper, found: Sequence[Figure], total: Sequence[Choice]) -> dict[str, list[Choice]]:
    """Net and tax, and the rate if it is the only one."""
    printed = list(net.rates_in(paper))
    rates = list(dict.fromkeys(rate for rate, _ in printed))
    splits = net.split(found, Decimal(total[0].candidate.value) if total else None, rates)
    nets, taxes = (_parts(splits, name) for name in ("subtotal", "tax"))
    best = splits[0].tax if splits else None
    if total and best and not nets:
        rest = net.net_of(total[0].candidate, best, rates)
        nets = [Choice(rest, total[0].probability * INFERRED)] if rest else []
    only = [(items.short(rates[0]), printed[0][1])] if len(rates) == 1 else []
    return {"subtotal": nets, "tax": taxes, "tax_rate": _certain(only, 0.9)}


def _parts(splits: Sequence[net.Split], name: str) -> list[Choice]:
    """The nets or the taxes, unless the likeliest way to split the total has none."""
    found: dict[str, Choice] = {}
    for each in splits:
        figure: Figure | None = getattr(each, name)
        if figure:
            value = plain(figure.value)
            found.setdefault(value, Choice(Candidate(value, figure.span), _sureness(each.score)))
        elif not found:
            return []
    return list(found.values())


def _sureness(score: float) -> float:
    return max(0.05, min(0.98, score / 9))


def _others(choices: Sequence[Choice]) -> tuple[Field, ...]:
    likely = [choice for choice in choices[1:] if choice.probability >= ranking.LEAST]
    return tuple(choice.field() for choice in likely[:MOST_CANDIDATES])


def _moved(invoice: Invoice, by: int) -> Invoice:
    """With the numbers of the file's pages."""

    def moved(field: Field) -> Field:
        return field.model_copy(update={"page": field.page + by}) if field.page else field

    return invoice.model_copy(
        update={
            "fields": {name: moved(field) for name, field in invoice.fields.items()},
            "details": {name: moved(field) for name, field in invoice.details.items()},
            "candidates": {name: tuple(map(moved, found)) for name, found in invoice.candidates.items()},
            "line_items": tuple(
                item.model_copy(update={name: moved(field) for name, field in item if field is not None})
                for item in invoice.line_items
            ),
        }
    )
