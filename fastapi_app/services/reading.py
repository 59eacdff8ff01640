"""From a page as it was uploaded to its text: inspected, prepared the way the engine reads best, read.

The one way in for everything that reads: HTTP, jobs and the shell.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence

from fastapi_app.services import ocr, pipeline
from fastapi_app.services.errors import EngineError
from fastapi_app.services.inspection import prepared_to_read
from fastapi_app.services.layout import Page
from fastapi_app.services.pixels import to_gray
from fastapi_app.services.raster import Raster
from fastapi_app.services.recipe import Orient, Recipe

LOST = 0.6  # mean confidence: below, a page may lie on its side or head; turned pages gave up to 0.41
SURE = 0.9  # mean confidence: RapidOCR reads receipts with more, as they are and in colour
LONG_WORD = 3  # letters; shorter words may be taller than broad

Event = pipeline.Event | Page


def run(
    raster: Raster,
    languages: Sequence[str],
    *,
    clean: str = "auto",
    engine: str = "auto",
    psm: int = 3,
    seconds: float = 60,
    is_form: bool = False,
) -> Iterator[Event]:
    """The events of the preparation, then the page of text; boxes are pixels of the original.

    `is_form`: known to be an invoice, a receipt or the like, which is read piece by piece whatever its shape.
    `clean`: "false" reads the page as it is, "auto" leaves a page of two levels alone, "true" inspects that too. A page
    that can hardly be read is tried the right way up, if there is a clear one. Raises what `ocr.read` raises.
    """
    if engine == "auto" and clean == "auto" and (is_form or ocr.is_strip(raster)):
        form = ocr.by_pieces(raster, languages)
        if form and form.confidence >= SURE and not _is_lost(form):
            yield form
            return
    page = raster.repainted(to_gray(raster.pixels))
    is_inspected = clean == "true" or (clean == "auto" and not page.is_bilevel)
    ready = yield from _prepared(page, is_inspected)
    first = "tesseract" if engine == "auto" else engine
    read = ocr.read(ready, languages, engine=first, psm=psm, seconds=seconds)
    if clean != "false" and read.lines and _is_lost(read):
        upright = yield from _drained(pipeline.run(page, Recipe(steps=(Orient(),)), previews=False))
        if upright.skew_angle:
            ready = yield from _prepared(upright.raster, is_inspected)
            read = ocr.read(ready, languages, engine=first, psm=psm, seconds=seconds)
    yield ocr.surer(read, ready, languages) if engine == "auto" else read


def _prepared(page: Raster, is_inspected: bool) -> Generator[Event, None, Raster]:
    if not is_inspected:
        return page
    end = yield from _drained(pipeline.run(*prepared_to_read(page), previews=False))
    return end.raster


def _drained(events: Iterator[pipeline.Event]) -> Generator[Event, None, pipeline.Complete]:
    """Passes all events on and keeps the last."""
    for event in events:
        yield event
        if isinstance(event, pipeline.Complete):
            return event
    raise EngineError("The preparation ended before it was complete.")


def _is_lost(page: Page) -> bool:
    """Unsure of what it has read, or it stands on its side: most words are taller than broad."""
    words = [word for line in page.lines for word in line.words if len(word.text) >= LONG_WORD]
    upended = sum(height > width for _, _, width, height in (word.box for word in words))
    return page.confidence < LOST or 2 * upended > len(words)


def result(events: Iterable[Event]) -> Page:
    """Runs to the end."""
    for event in events:
        if isinstance(event, Page):
            return event
    raise EngineError("The reading ended before it was complete.")
