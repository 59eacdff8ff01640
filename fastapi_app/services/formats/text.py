"""Plain text, UTF-8: an empty line between regions, a form feed between pages (as Tesseract writes it)."""

from collections.abc import Sequence

from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.layout import Page


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    return ("\n\f".join(page.text for page in pages) + "\n").encode()
