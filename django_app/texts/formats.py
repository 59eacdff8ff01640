"""What a text can be downloaded as: names of the engine's formats, what people call them, and how their files end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    label: str
    extension: str


PLAIN = "text"  # written here, also while the engine is away
FORMATS = {
    PLAIN: Format("Plain text", "txt"),
    "pdf": Format("Searchable PDF", "pdf"),
    "alto": Format("ALTO", "alto.xml"),
    "page": Format("PAGE", "page.xml"),
    "hocr": Format("hOCR", "hocr"),
    "tsv": Format("TSV", "tsv"),
    "json": Format("JSON", "json"),
}
