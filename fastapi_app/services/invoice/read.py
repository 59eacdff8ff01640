"""From a file to its invoices: the one way in.

An embedded e-invoice is believed before the text layer, and that before recognition; every page is read in any case,
because the page is what people see.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from fastapi_app.services import pipeline, raster, reading
from fastapi_app.services.decode import page_pixels
from fastapi_app.services.errors import OF_A_PAGE, EngineError, ImageTooLarge, NotAnInvoice, NoText, on_page
from fastapi_app.services.headers import Frame, ImageFile, Limits
from fastapi_app.services.invoice import comparison, einvoice, split, text_layer
from fastapi_app.services.invoice.extract import extract
from fastapi_app.services.invoice.fingerprint import fingerprint
from fastapi_app.services.invoice.models import Invoice
from fastapi_app.services.layout import Page
from fastapi_app.services.recipe import Recipe

MOST_PAGES = 100
LOOK = 512  # pixels on the longer side of a page that is only glanced at
WANTED = ("invoice_number", "date", "total")  # one of them has at least to be there


@dataclass(frozen=True)
class Progress:
    """`percent` of the whole file, while `page` of `pages` is read."""

    percent: int
    page: int
    pages: int


@dataclass(frozen=True)
class Reading:
    """`pages`: every page of the file as it was read; None for one that could not be, when others could.
    `fingerprints`: of the first page of each invoice, "" where there is none.
    """

    file: ImageFile
    invoices: tuple[Invoice, ...]
    pages: tuple[Page | None, ...]
    fingerprints: tuple[str, ...]


def read(
    data: bytes,
    languages: Sequence[str],
    *,
    limits: Limits | None = None,
    recipe: Recipe | None = None,
    most_pages: int = MOST_PAGES,
) -> Iterator[Progress | Reading]:
    """Progress, then the reading. `recipe`: how pages are prepared for recognition, instead of by a look at them.

    Raises NoText, NotAnInvoice, what `raster.inspect` raises of the file and what `reading.run` raises of a page.
    """
    limits = limits or Limits()
    file = raster.inspect(data, limits=limits)
    if len(file.frames) > most_pages:
        count = len(file.frames)
        raise ImageTooLarge(f"The file has {count} pages; at most {most_pages} are read.", limit=most_pages)
    embedded = einvoice.embedded(data) if file.format == "pdf" else None
    pages = yield from _pages(data, file, languages, recipe, limits)
    whole = [page or _empty(frame, languages) for page, frame in zip(pages, file.frames, strict=True)]
    if embedded is None:
        invoices = _invoices(whole, languages)
    else:
        invoices = (comparison.compared(embedded, _invoice(whole, 1, languages), whole),)
    _check(invoices, pages)
    looks = tuple(_fingerprint(data, invoice.pages[0] - 1, limits) for invoice in invoices)
    yield Reading(file, invoices, pages, looks)


def _pages(
    data: bytes, file: ImageFile, languages: Sequence[str], recipe: Recipe | None, limits: Limits
) -> Generator[Progress, None, tuple[Page | None, ...]]:
    """Raises the first page's error when no page can be read."""
    pages: list[Page | None] = []
    trouble: EngineError | None = None
    for number in range(len(file.frames)):
        try:
            pages.append((yield from _page(data, number, file, languages, recipe, limits)))
        except OF_A_PAGE as error:
            trouble = trouble or (on_page(error, number + 1) if len(file.frames) > 1 else error)
            pages.append(None)
    if trouble is not None and not any(pages):
        raise trouble
    return tuple(pages)


def _page(
    data: bytes, number: int, file: ImageFile, languages: Sequence[str], recipe: Recipe | None, limits: Limits
) -> Generator[Progress, None, Page]:
    count = len(file.frames)
    yield Progress(100 * number // count, number + 1, count)
    printed = text_layer.read(data, number, languages, limits) if file.format == "pdf" else None
    if printed is not None:
        return printed
    look, _ = page_pixels(data, number, limits, gray=True, longest=LOOK)
    if look.min() == look.max():
        return _empty(file.frames[number], languages)
    for event in _recognized(data, number, languages, recipe, limits):
        if isinstance(event, Page):
            return event
        share = event.percent if isinstance(event, pipeline.Progress) else 0
        yield Progress((100 * number + share) // count, number + 1, count)
    raise EngineError("The reading ended before it was complete.")


def _recognized(
    data: bytes, number: int, languages: Sequence[str], recipe: Recipe | None, limits: Limits
) -> Iterator[reading.Event]:
    page = raster.decode(data, frame=number, limits=limits)
    if recipe is None:
        yield from reading.run(page, languages, is_form=True)
        return
    for event in pipeline.run(page, recipe, previews=False):
        yield event
        if isinstance(event, pipeline.Complete):
            yield from reading.run(event.raster, languages, clean="false")


def _invoices(pages: Sequence[Page], languages: Sequence[str]) -> tuple[Invoice, ...]:
    """One for every range of pages that belong together."""
    if len(pages) == 1:
        return (_invoice(pages, 1, languages),)
    ranges = split.ranges([_clues(page, languages) for page in pages])
    return tuple(_invoice(pages[first - 1 : last], first, languages) for first, last in ranges)


def _empty(frame: Frame, languages: Sequence[str]) -> Page:
    """Of one colour, or one that could not be read."""
    return Page(
        width=frame.width, height=frame.height, languages=tuple(languages), engine="", confidence=0.0, regions=()
    )


def _clues(page: Page, languages: Sequence[str]) -> split.Clues:
    fields = extract([page], languages).fields
    number = fields["invoice_number"].value if "invoice_number" in fields else None
    return split.Clues(split.mark_of(page), number, "total" in fields, split.head_of(page))


def _invoice(pages: Sequence[Page], first: int, languages: Sequence[str]) -> Invoice:
    is_text = all(page.engine == text_layer.ENGINE for page in pages)
    return extract(pages, languages, source="text" if is_text else "image", first_page=first)


def _fingerprint(data: bytes, number: int, limits: Limits) -> str:
    try:
        look, _ = page_pixels(data, number, limits, gray=True, longest=LOOK)
    except OF_A_PAGE:
        return ""
    return fingerprint(look)


def _check(invoices: Sequence[Invoice], pages: Sequence[Page | None]) -> None:
    """Raises NoText, NotAnInvoice."""
    if any(name in invoice.fields for invoice in invoices for name in WANTED):
        return
    if not any(character.isalnum() for page in pages if page is not None for character in page.text):
        raise NoText("There is no text on the page." if len(pages) == 1 else "There is no text on any page.")
    raise NotAnInvoice("This does not look like an invoice: it has no number, no date and no total.")
