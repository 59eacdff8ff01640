"""An invoice as it was read: every value with where it stands and how sure it is. Domain model and wire format at once.

Dates are ISO 8601, amounts decimal strings with a point, currencies ISO 4217, tax rates percentages as decimal strings.
Pages are counted from 1 within the file; a box is (x, y, width, height) in pixels of that page as it was uploaded, as
everywhere in `layout`. Confidences lie between 0 and 1.
"""

from typing import Literal

from fastapi_app.services.layout import Box, Frozen

FIELD_NAMES = (
    "vendor",
    "vendor_address",
    "vendor_tax_id",
    "invoice_number",
    "date",
    "due_date",
    "currency",
    "subtotal",
    "tax",
    "total",
    "iban",
)
"""What is asked of every invoice. `subtotal` is net of tax, `total` what has to be paid, tax included."""

DETAIL_NAMES = ("time", "tax_rate", "customer_tax_id")
"""What checks use beside it where it is printed: HH:MM, the only rate of the invoice, the buyer's number."""

Source = Literal["image", "text", "xml"]
"""Recognised pixels, the text layer of a PDF, or an embedded e-invoice."""


class Field(Frozen):
    """A value, and `raw`, the characters it was made of. Without a place (page and box None) it stands in XML only."""

    value: str
    raw: str
    confidence: float
    page: int | None = None
    box: Box | None = None


class LineItem(Frozen):
    description: Field | None = None
    quantity: Field | None = None
    unit_price: Field | None = None
    amount: Field | None = None
    tax_rate: Field | None = None


class Difference(Frozen):
    """The embedded e-invoice and the page that people see do not say the same."""

    field: str
    embedded: str
    printed: str


class Invoice(Frozen):
    """`pages`: first and last of the file. `candidates`: what else could have been meant, the likeliest first.

    `country`: ISO 3166 of the vendor, if anything on the page tells it.
    """

    pages: tuple[int, int] = (1, 1)
    source: Source = "image"
    country: str | None = None
    fields: dict[str, Field] = {}
    details: dict[str, Field] = {}
    candidates: dict[str, tuple[Field, ...]] = {}
    line_items: tuple[LineItem, ...] = ()
    differences: tuple[Difference, ...] = ()
    text: str = ""
