"""Plain text, UTF-8: an empty line between regions, a form feed between pages."""

from collections.abc import Sequence

from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.layout import Page, text_of


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    return f"{text_of(pages)}\n".encode()
