"""PDFs as programs print them: text as text, in Helvetica, with files attached."""

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

A4 = (595.0, 842.0)  # points
SIZE = 11.0


class Text(NamedTuple):
    """`x` and `y` in points from the left and the top to the base line. `angle`: 0 level, 90 upwards."""

    x: float
    y: float
    text: str
    size: float = SIZE
    angle: int = 0


def pdf(
    pages: Sequence[Sequence[Text]],
    *,
    rotation: int = 0,
    hidden: bool = False,
    crop: Sequence[float] | None = None,
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    """`rotation`: degrees clockwise by which viewers turn the pages; `hidden`: in no colour, as over a scan."""
    with pikepdf.new() as document:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        for texts in pages:
            page = document.add_blank_page(page_size=A4)
            page.Resources = Dictionary(Font=Dictionary(F=document.make_indirect(font)))
            page.Contents = document.make_stream(b"\n".join(_drawn(text, hidden) for text in texts))
            page.Rotate = rotation
            if crop:
                page.CropBox = Array([*crop])
        for name, data in (attachments or {}).items():
            document.attachments[name] = _attached(document, name, data)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _attached(document: pikepdf.Pdf, name: str, data: bytes) -> pikepdf.AttachedFileSpec:
    facts = {"description": "", "mime_type": "text/xml", "creation_date": "", "mod_date": ""}
    return pikepdf.AttachedFileSpec(document, data, filename=name, **facts)


def _drawn(text: Text, hidden: bool) -> bytes:
    turn = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[text.angle]
    letters = text.text.encode("cp1252").hex()
    place = f"{turn} {text.x} {A4[1] - text.y} Tm"
    return f"BT {3 * hidden} Tr /F {text.size} Tf {place} <{letters}> Tj ET".encode()


def lines(*texts: str, left: float = 60, top: float = 80, leading: float = 18) -> list[Text]:
    """One under the other; a tab stands for the next column, 150 points on."""
    return [
        Text(left + 150 * column, top + leading * row, cell)
        for row, text in enumerate(texts)
        for column, cell in enumerate(text.split("\t"))
        if cell
    ]
