"""JSON, UTF-8: the text, every line, and the pages as `layout` has them."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi_app.services.formats.origin import Origin
from fastapi_app.services.layout import Page


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    return json.dumps(describe(pages), ensure_ascii=False).encode()


def describe(pages: Sequence[Page]) -> dict[str, Any]:
    """{"text", "results": [lines], "languages", "engine", "confidence", "pages": [layout]}"""
    weights = [sum(len(line.text) for line in page.lines) for page in pages]
    total = sum(weights)
    confidence = sum(page.confidence * weight for page, weight in zip(pages, weights, strict=True))
    return {
        "text": "\n\n".join(page.text for page in pages),
        "results": [line.model_dump(mode="json") for page in pages for line in page.lines],
        "languages": list(dict.fromkeys(code for page in pages for code in page.languages)),
        "engine": pages[0].engine if pages else "",
        "confidence": round(confidence / total, 4) if total else 0.0,
        "pages": [page.model_dump(mode="json") for page in pages],
    }
