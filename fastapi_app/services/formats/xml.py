"""XML out of trees, and trees out of XML that anybody may have sent."""

from typing import Any

from lxml import etree


def document(root: Any, doctype: str | None = None) -> bytes:
    """UTF-8 with a declaration; the same tree gives the same bytes."""
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype=doctype)
    return data
