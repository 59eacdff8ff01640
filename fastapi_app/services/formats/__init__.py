"""Ways to write read pages down: `write(pages, "hocr")`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi_app.services.errors import BadParameter
from fastapi_app.services.formats import hocr, json, text, tsv
from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.layout import Page

__all__ = ["FORMATS", "Format", "Origin", "format_named", "write"]


@dataclass(frozen=True)
class Format:
    """`name` is what people call it."""

    name: str
    media_type: str
    extension: str
    write: Callable[[Sequence[Page], Sequence[Origin]], bytes]


FORMATS: dict[str, Format] = {
    "text": Format("Plain text", "text/plain; charset=utf-8", ".txt", text.write),
    "json": Format("JSON", "application/json", ".json", json.write),
    "tsv": Format("TSV", "text/tab-separated-values; charset=utf-8", ".tsv", tsv.write),
    "hocr": Format("hOCR", "application/xhtml+xml", ".hocr", hocr.write),
}


def format_named(name: str) -> Format:
    """BadParameter for a name that is not in FORMATS."""
    if name not in FORMATS:
        raise BadParameter(f"There is no text format “{name[:40]}”; choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def write(pages: Sequence[Page], format: str, origins: Sequence[Origin] = ()) -> bytes:
    """The pages as bytes of a file; `origins` say what each page was read from, as far as that is known."""
    return format_named(format).write(pages, origins)
