"""Ways to write read pages down: `write(pages, "text")`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi_app.services.errors import BadParameter
from fastapi_app.services.formats import json, text
from fastapi_app.services.layout import Page


@dataclass(frozen=True)
class Format:
    media_type: str
    extension: str
    write: Callable[[Sequence[Page]], bytes]


FORMATS: dict[str, Format] = {
    "text": Format("text/plain; charset=utf-8", ".txt", text.write),
    "json": Format("application/json", ".json", json.write),
}


def write(pages: Sequence[Page], format: str) -> bytes:
    """The pages as bytes of a file. BadParameter for a format that is not in FORMATS."""
    if format not in FORMATS:
        raise BadParameter(f"There is no text format “{format[:40]}”; choose one of {', '.join(FORMATS)}.")
    return FORMATS[format].write(pages)
