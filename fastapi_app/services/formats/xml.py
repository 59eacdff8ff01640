"""XML out of trees, and trees out of XML that anybody may have sent."""

from datetime import UTC, datetime
from typing import Any

from lxml import etree

from fastapi_app.services.errors import UnusableImage

LARGEST = 64 * 2**20
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"


def document(root: Any, doctype: str | None = None) -> bytes:
    """UTF-8 with a declaration; the same tree gives the same bytes."""
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype=doctype)
    return data


def instant(at: datetime) -> str:
    """As xsd:dateTime in UTC; a time without a zone counts as UTC."""
    return (at if at.tzinfo is None else at.astimezone(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def tree(data: bytes) -> Any:
    """The root of a document that anybody may have sent: no entities, no network, no DTD of its own.

    Raises UnusableImage for what is not well-formed, too deep or declares entities.
    """
    if len(data) > LARGEST:
        raise UnusableImage(f"The file is larger than {LARGEST // 2**20} MiB.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnusableImage("The file is not well-formed XML.") from error
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None and next(subset.iterentities(), None) is not None:
        raise UnusableImage("The file declares entities of its own; such XML is not read.")
    return root


def local(element: Any) -> str:
    """The name without its namespace: versions of a format differ in it."""
    return str(etree.QName(element).localname)
