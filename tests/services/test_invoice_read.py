"""From a file to its invoices, by the one way that everything takes."""

import io
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image

from fastapi_app.services import raster
from fastapi_app.services.errors import (
    EngineError,
    ImageTooLarge,
    NotAnImage,
    NotAnInvoice,
    NoText,
    UnknownLanguage,
    UnusableImage,
)
from fastapi_app.services.headers import Limits
from fastapi_app.services.invoice.read import Progress, Reading, read
from fastapi_app.services.recipe import Recipe
from samples import ENGLISH, draw, printed
from samples.printed import Text

LINES = ("ACME Paper Ltd", "Invoice No. 2024-117", "Invoice date: 14 March 2024", "Paper 250.00", "Total EUR 1,170.00")
INVOICE = printed.lines(*LINES)


def drawn(*more: str) -> np.ndarray:
    return draw([*LINES, *more], width=1000, height=800, size=36, margin=80)


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def result(data: bytes, **options: object) -> Reading:
    *progress, last = read(data, ["eng"], **options)  # type: ignore[arg-type]
    assert all(isinstance(each, Progress) for each in progress)
    assert isinstance(last, Reading)
    return last


def numbers(found: Reading) -> list[tuple[tuple[int, int], str]]:
    return [(each.pages, each.fields["invoice_number"].value) for each in found.invoices]


def test_a_printed_pdf_is_not_guessed_at() -> None:
    found = result(printed.pdf([INVOICE]))
    assert (found.file.format, len(found.file.frames)) == ("pdf", 1)
    (invoice,) = found.invoices
    assert (invoice.source, invoice.pages) == ("text", (1, 1))
    assert invoice.fields["invoice_number"].value == "2024-117"
    assert found.pages[0] is not None
    assert found.pages[0].engine == "text-layer"
    assert "ACME Paper Ltd" in invoice.text


def test_an_image_is_recognised() -> None:
    """Piece by piece, though a page of this shape is no strip."""
    found = result(png(drawn()))
    (invoice,) = found.invoices
    assert [page.engine.split()[0] for page in found.pages if page] == ["rapidocr"]
    assert invoice.source == "image"
    assert invoice.fields["invoice_number"].value == "2024-117"
    assert [len(look) for look in found.fingerprints] == [16]


def test_a_recipe_prepares_the_page() -> None:
    """Turned on its head, it is read only because the recipe turns it; boxes are those of the upload."""
    page = np.ascontiguousarray(np.rot90(drawn(*ENGLISH), 2))
    turning = Recipe.parse({"steps": [{"step": "orient"}]})
    found = result(png(page), recipe=turning)
    field = found.invoices[0].fields["invoice_number"]
    assert field.value == "2024-117"
    assert field.box is not None
    assert field.box[1] > page.shape[0] / 2


def test_a_recipe_can_spoil_it() -> None:
    """Gray ink, and a threshold below it."""
    too_dark = Recipe.parse({"steps": [{"step": "binarize", "method": "manual", "threshold": 30}]})
    with pytest.raises(NoText):
        result(png(np.maximum(drawn(), 60)), recipe=too_dark)


def test_progress_goes_from_page_to_page() -> None:
    *events, _ = read(printed.pdf([INVOICE] * 4), ["eng"])
    assert [event.percent for event in events if isinstance(event, Progress)] == [0, 25, 50, 75]


def invoice_page(number: str, mark: str = "") -> list[Text]:
    texts = ["ACME Paper Ltd", f"Invoice No. {number}", "Invoice date: 14 March 2024", "Total EUR 99.00"]
    return printed.lines(*texts, *([mark] if mark else []))


def test_a_stack_of_invoices() -> None:
    found = result(printed.pdf([invoice_page("A-1"), invoice_page("A-2"), invoice_page("A-3")]))
    assert numbers(found) == [((1, 1), "A-1"), ((2, 2), "A-2"), ((3, 3), "A-3")]
    field = found.invoices[2].fields["invoice_number"]
    assert field.page == 3
    assert found.invoices[1].text.count("Invoice No.") == 1
    assert len(found.fingerprints) == 3


def test_one_invoice_of_several_pages() -> None:
    more = printed.lines("Terms of delivery", "Goods stay ours until they are paid")
    assert numbers(result(printed.pdf([invoice_page("A-1"), more]))) == [((1, 2), "A-1")]


def with_mixed_pages() -> bytes:
    """A printed page and one that is a picture of a page."""
    import pikepdf

    scan = io.BytesIO()
    Image.fromarray(drawn()).save(scan, "PDF", resolution=150)
    with pikepdf.open(io.BytesIO(printed.pdf([invoice_page("A-1")]))) as first, pikepdf.open(scan) as second:
        first.pages.extend(second.pages)
        out = io.BytesIO()
        first.save(out)
    return out.getvalue()


def test_pages_of_either_kind() -> None:
    found = result(with_mixed_pages())
    assert [page is not None and page.engine == "text-layer" for page in found.pages] == [True, False]
    assert [invoice.source for invoice in found.invoices] == ["text", "image"]


def blank() -> bytes:
    return png(np.full((600, 400), 255, np.uint8))


def cat() -> bytes:
    """Fur: no letters, but not blank."""
    noise = np.random.default_rng(1).normal(128, 60, (25, 35, 3)).clip(0, 255).astype(np.uint8)
    return png(cv2.GaussianBlur(cv2.resize(noise, (350, 250), interpolation=cv2.INTER_CUBIC), (0, 0), 5))


@pytest.mark.parametrize("data", [blank(), printed.pdf([[]]), printed.pdf([[], []])])
def test_nothing_to_read(data: bytes) -> None:
    with pytest.raises(NoText):
        result(data)


def test_a_photograph_of_a_cat() -> None:
    with pytest.raises((NoText, NotAnInvoice)):
        result(cat())


def test_a_letter_is_not_an_invoice() -> None:
    with pytest.raises(NotAnInvoice, match="no number, no date and no total"):
        result(printed.pdf([printed.lines("Dear Ada,", "thank you for the lovely evening.", "Yours, Charles")]))


def locked() -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed.pdf([INVOICE]))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "error", "saying"),
    [
        (locked(), UnusableImage, "password"),
        (b"%PDF-1.7 broken", UnusableImage, "broken"),
        (b"just words", NotAnImage, "not an image"),
        (printed.pdf([INVOICE] * 3), ImageTooLarge, "3 pages; at most 2"),
    ],
)
def test_what_cannot_be_opened(data: bytes, error: type[EngineError], saying: str) -> None:
    with pytest.raises(error, match=saying):
        result(data, most_pages=2)


def test_an_unknown_language_is_no_fault_of_the_page() -> None:
    with pytest.raises(UnknownLanguage):
        list(read(png(drawn()), ["xxx"]))


def broken_second_page(pages: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.open(io.BytesIO(page)) for page in pages]
    first.save(out, "TIFF", save_all=True, append_images=rest, compression="tiff_adobe_deflate")
    data = bytearray(out.getvalue())
    starts = [at for at in range(len(data) - 1) if data[at] == 0x78 and data[at + 1] in (0x9C, 0xDA, 0x5E, 0x01)]
    data[starts[-1] : starts[-1] + 60] = b"\xff" * 60
    return bytes(data)


def test_a_page_that_cannot_be_read_does_not_take_the_others_along() -> None:
    data = broken_second_page([png(drawn()), png(np.full((500, 500), 90, np.uint8))])
    assert raster.inspect(data, limits=Limits()).format == "tiff"
    found = result(data)
    assert found.pages[1] is None
    assert found.invoices[0].fields["invoice_number"].value == "2024-117"
