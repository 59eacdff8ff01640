"""XML out of trees, and trees out of XML that anybody may have sent."""

from datetime import UTC, datetime
from typing import Any

from lxml import etree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"


def document(root: Any, doctype: str | None = None) -> bytes:
    """UTF-8 with a declaration; the same tree gives the same bytes."""
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype=doctype)
    return data


def instant(at: datetime) -> str:
    """As xsd:dateTime in UTC; a time without a zone counts as UTC."""
    return (at if at.tzinfo is None else at.astimezone(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
