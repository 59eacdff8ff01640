"""Ways to write read pages down, and to read them from files: `write(pages, "hocr")`, `read(data)`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fastapi_app.services.errors import BadParameter
from fastapi_app.services.formats import alto, hocr, json, page_xml, pdf, text, tsv
from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.formats.readers import read
from fastapi_app.services.layout import Page

__all__ = ["FORMATS", "Format", "Origin", "format_named", "read", "write"]


@dataclass(frozen=True)
class Format:
    """`name` is what people call it. A format whose files hold one page puts several into a ZIP archive."""

    name: str
    media_type: str
    extension: str
    write: Callable[[Sequence[Page], Sequence[Origin]], bytes]
    one_page: bool = False

    def holding(self, count: int) -> "Format":
        """Media type and extension of what `write` makes of so many pages."""
        if not self.one_page or count == 1:
            return self
        return replace(self, media_type="application/zip", extension=".zip")


FORMATS: dict[str, Format] = {
    "text": Format("Plain text", "text/plain; charset=utf-8", ".txt", text.write),
    "json": Format("JSON", "application/json", ".json", json.write),
    "tsv": Format("TSV", "text/tab-separated-values; charset=utf-8", ".tsv", tsv.write),
    "hocr": Format("hOCR", "application/xhtml+xml", ".hocr", hocr.write),
    "alto": Format("ALTO", "application/xml", ".alto.xml", alto.write),
    "page": Format("PAGE", "application/xml", ".page.xml", page_xml.write, one_page=True),
    "pdf": Format("Searchable PDF", "application/pdf", ".pdf", pdf.write),
}


def format_named(name: str) -> Format:
    """BadParameter for a name that is not in FORMATS."""
    if name not in FORMATS:
        raise BadParameter(f"There is no text format “{name[:40]}”; choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def write(pages: Sequence[Page], format: str, origins: Sequence[Origin] = ()) -> bytes:
    """The pages as bytes of a file; `origins` say what each page was read from, as far as that is known."""
    return format_named(format).write(pages, origins)
