"""Invoices and receipts that `samples` draws, as an engine would read them without a fault."""

from collections.abc import Iterator

from fastapi_app.services.layout import Line, Page, Region, Word
from samples.invoice_words import TONGUES
from samples.invoices import Paper, invoice, receipt
from training.receipts import Receipt


def drawn(first: int, last: int) -> Iterator[Receipt]:
    """Of every seed an invoice and a receipt in each language."""
    for seed in range(first, last):
        for tongue in TONGUES:
            for kind in (invoice, receipt):
                paper = kind(tongue, seed)
                yield Receipt(
                    f"{kind.__name__} {tongue.language} {seed}", page_of(paper), {"due_date": "", **paper.truth}
                )


def page_of(paper: Paper) -> Page:
    lines = [
        Line.of([Word(text=text, confidence=1.0, box=box) for text, box in words]) for words in paper.words() if words
    ]
    return Page(
        width=paper.width,
        height=paper.height,
        languages=(paper.tongue.language,),
        engine="drawn",
        confidence=1.0,
        regions=tuple(Region.of([line]) for line in lines),
    )
