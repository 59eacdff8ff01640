"""Searchable PDF: the image of each page with its text laid over it, invisible, in a font without outlines."""

import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from fastapi_app.services.formats.origin import Origin, origins_for
from fastapi_app.services.formats.parts import words_of
from fastapi_app.services.formats.pdf_images import picture
from fastapi_app.services.formats.slope import Placed, angle_of, placed
from fastapi_app.services.formats.visual import visual
from fastapi_app.services.headers import Limits
from fastapi_app.services.layout import Line, Page

FONT = Path(__file__).with_name("glyphless.ttf")  # fontTools' FontBuilder made it: two empty glyphs, half an em broad
HALF_EM = 0.5
DESCENT = 0.2  # of the height of a line, below the base line
LENGTH_INCHES = 11.69  # of A4: what a page counts as if nobody knows its resolution
BELIEVABLE_DPI = (50, 2400)
POINTS = 72.0
LIMITS = Limits(pixels=1 << 40)  # who hands over a read page has decoded its file within limits before


def write(pages: Sequence[Page], origins: Sequence[Origin] = ()) -> bytes:
    """Pages whose origin has no data show no image. The same pages give the same bytes."""
    with pikepdf.new() as pdf:
        letters = Letters()
        font = pdf.make_indirect(Dictionary(Type=Name.Font))
        for page, origin in zip(pages, origins_for(len(pages), origins), strict=True):
            _add(pdf, page, origin, letters, font)
        _fill(pdf, font, letters)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()


class Letters:
    """Numbers of the characters in the font, by first use."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def codes(self, text: str) -> str:
        """Hexadecimal, four digits each."""
        return "".join(f"{self.numbers.setdefault(letter, len(self.numbers) + 1):04x}" for letter in text)


def _add(pdf: pikepdf.Pdf, page: Page, origin: Origin, letters: Letters, font: pikepdf.Object) -> None:
    scale = POINTS / _dpi(page, origin)
    width, height = page.width * scale, page.height * scale
    sheet = pdf.add_blank_page(page_size=(width, height))
    content = [*_text(page, scale, letters)]
    resources = Dictionary(Font=Dictionary(F=font))
    if origin.data:
        image = picture(pdf, origin, LIMITS)
        resources.XObject = Dictionary(I=image.stream)
        turn = " ".join(f"{value:g}" for value in image.turn)
        content.insert(0, f"q {width:.4f} 0 0 {height:.4f} 0 0 cm {turn} cm /I Do Q")
    sheet.Resources = resources
    sheet.Contents = pdf.make_stream("\n".join(content).encode("ascii"))


def _dpi(page: Page, origin: Origin) -> float:
    least, most = BELIEVABLE_DPI
    if origin.dpi and least <= origin.dpi <= most:
        return origin.dpi
    return max(page.width, page.height) / LENGTH_INCHES


def _text(page: Page, scale: float, letters: Letters) -> Iterator[str]:
    """Operators of a text object in text rendering mode 3: neither filled nor stroked."""
    angle = angle_of(page)
    yield f"q {scale:.6f} 0 0 {scale:.6f} 0 {page.height * scale:.4f} cm BT 3 Tr"  # pixels from here, y is negative
    for line in page.lines:
        yield from _line(line, angle, letters)
    yield "ET Q"


def _line(line: Line, angle: float, letters: Letters) -> Iterator[str]:
    """Words from left to right, all on one base line."""
    words = placed(words_of(line), angle)
    if not words:
        return
    top = min(word.across - word.height / 2 for word in words)
    bottom = max(word.across + word.height / 2 for word in words)
    size = max(1.0, bottom - top)
    yield f"/F {size:.2f} Tf"
    for word in words:
        yield _shown(word, bottom - DESCENT * size, angle) + _scaled(visual(word.text), word.width, size, letters)


def _shown(word: Placed, across: float, angle: float) -> str:
    """The matrix of a word: on its slope, but level (or in quarter turns) in itself.

    Poppler takes a letter that stands half a point off the first one's base line for the start of another word.
    """
    middle = word.along + word.width / 2
    x = middle * math.cos(angle) - across * math.sin(angle)
    y = middle * math.sin(angle) + across * math.cos(angle)
    quarter = round(angle / (math.pi / 2)) * math.pi / 2
    cos, sin = round(math.cos(quarter)), round(math.sin(quarter))
    x, y = x - cos * word.width / 2, y - sin * word.width / 2
    return f"{cos} {-sin} {sin} {cos} {x:.2f} {-y:.2f} Tm "


def _scaled(text: str, width: float, size: float, letters: Letters) -> str:
    """As broad as the word. The space is in the same string because PDFium passes over strings of a single glyph."""
    return f"{100 * width / (HALF_EM * size * len(text)):.2f} Tz <{letters.codes(text + ' ')}> Tj"


def _fill(pdf: pikepdf.Pdf, font: pikepdf.Object, letters: Letters) -> None:
    """A composite font (PDF 32000-1, 9.7) whose every character is the same empty glyph."""
    name = Name.RectoGlyphless
    file = pdf.make_stream(FONT.read_bytes())
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=name, Flags=4, FontBBox=Array([0, -200, 500, 800]), ItalicAngle=0,
        Ascent=800, Descent=-200, CapHeight=800, StemV=80, FontFile2=file,
    )  # fmt: skip
    system = Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0)
    glyphs = pdf.make_stream(b"\0\1" * (len(letters.numbers) + 1))
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, CIDSystemInfo=system,
        FontDescriptor=pdf.make_indirect(descriptor), DW=round(1000 * HALF_EM), CIDToGIDMap=glyphs,
    )  # fmt: skip
    font.Subtype, font.BaseFont, font.Encoding = Name.Type0, name, Name("/Identity-H")
    font.DescendantFonts = Array([pdf.make_indirect(descendant)])
    font.ToUnicode = pdf.make_stream(_to_unicode(letters).encode("ascii"))


def _to_unicode(letters: Letters) -> str:
    """The CMap that copying and searching go by (PDF 32000-1, 9.10.3), a hundred characters a block."""
    pairs = [f"<{number:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, number in letters.numbers.items()]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    mapped = [f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks]
    head = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n/CMapName /Recto def"
    system = "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"
    space = "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange"
    end = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    return "\n".join([head, system, space, *mapped, end])
