"""From a page as it was uploaded to its text: inspected, prepared the way the engine reads best, read.

The one way in for everything that reads: HTTP, jobs and the shell.
"""

from collections.abc import Iterable, Iterator, Sequence

from fastapi_app.services import inspection, ocr, pipeline
from fastapi_app.services.errors import EngineError
from fastapi_app.services.layout import Page
from fastapi_app.services.pixels import to_gray
from fastapi_app.services.raster import Raster

CLEANING = ("auto", "true", "false")
Event = pipeline.Event | Page


def run(
    raster: Raster,
    languages: Sequence[str],
    *,
    clean: str = "auto",
    engine: str = "tesseract",
    psm: int = 3,
    seconds: float = 60,
) -> Iterator[Event]:
    """The events of the preparation, then the page of text; boxes are pixels of the original.

    `clean`: "false" reads the page as it is, "auto" leaves a page of two levels alone, "true" inspects that too.
    Raises what `ocr.read` raises.
    """
    page = raster.repainted(to_gray(raster.pixels))
    if clean == "true" or (clean == "auto" and not page.is_bilevel):
        steps = inspection.for_reading(inspection.inspect(page))
        for event in pipeline.run(page, steps, previews=False):
            yield event
            if isinstance(event, pipeline.Complete):
                page = event.raster
    yield ocr.read(page, languages, engine=engine, psm=psm, seconds=seconds)


def result(events: Iterable[Event]) -> Page:
    """Runs to the end."""
    for event in events:
        if isinstance(event, Page):
            return event
    raise EngineError("The reading ended before it was complete.")
