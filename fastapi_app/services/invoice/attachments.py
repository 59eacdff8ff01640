"""The XML that is attached to a PDF, taken out within bounds. Names only tell which comes first; nothing is written."""

import io
import zlib
from collections.abc import Iterator
from itertools import islice

import pikepdf

from fastapi_app.services.headers import BROKEN

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")  # what the standards call it, best first
MOST = 50  # attachments that are looked at
LARGEST = 16 * 2**20  # bytes of XML; an invoice of a thousand lines has one million


def xml_files(data: bytes) -> Iterator[bytes]:
    """What is called .xml, the standards' own names first. A PDF or an attachment that is broken has none."""
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            yield from _files(document)
    except (pikepdf.PdfError, *BROKEN):
        return


def _files(document: pikepdf.Pdf) -> Iterator[bytes]:
    names = [name for name in islice(document.attachments, MOST) if name.lower().endswith(".xml")]
    for name in sorted(names, key=_rank):
        try:
            found = _content(document.attachments[name].get_file().obj)
        except (pikepdf.PdfError, zlib.error, *BROKEN):
            continue
        if found is not None:
            yield found


def _rank(name: str) -> int:
    plain = name.lower().replace("\\", "/").rpartition("/")[2]
    return NAMES.index(plain) if plain in NAMES else len(NAMES)


def _content(stream: pikepdf.Object) -> bytes | None:
    """None for more than LARGEST, however small it was packed, and for what no e-invoice is packed with."""
    raw = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if filters is None:
        return raw if len(raw) <= LARGEST else None
    if filters != pikepdf.Name.FlateDecode and filters != pikepdf.Array([pikepdf.Name.FlateDecode]):
        return None
    unpacked = zlib.decompressobj().decompress(raw, LARGEST + 1)
    return unpacked if len(unpacked) <= LARGEST else None
