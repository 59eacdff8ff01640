"""What a text can be downloaded as: names of the engine's formats, what people call them, and how their files end."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Format:
    label: str
    extension: str


PLAIN = "text"  # written here, also while the engine is away
FORMATS = {
    PLAIN: Format(_("Plain text"), "txt"),
    "pdf": Format(_("Searchable PDF"), "pdf"),
    "alto": Format("ALTO", "alto.xml"),
    "page": Format("PAGE", "page.xml"),
    "hocr": Format("hOCR", "hocr"),
    "tsv": Format("TSV", "tsv"),
    "json": Format("JSON", "json"),
}
