"""What people call the fields of an invoice, in the order of the review page, and how each is written."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Label(NamedTuple):
    """`kind`: text, lines, code, date, amount, currency or time."""

    name: str
    words: Promise
    kind: str


FIELDS = (
    Label("vendor", _("Vendor"), "text"),
    Label("vendor_address", _("Address"), "lines"),
    Label("vendor_tax_id", _("Tax number"), "code"),
    Label("invoice_number", _("Number"), "code"),
    Label("date", _("Date"), "date"),
    Label("due_date", _("Due"), "date"),
    Label("currency", _("Currency"), "currency"),
    Label("subtotal", _("Net"), "amount"),
    Label("tax", _("Tax"), "amount"),
    Label("tax_rate", _("Tax rate, %"), "amount"),
    Label("total", _("Total"), "amount"),
    Label("iban", _("IBAN"), "code"),
    Label("customer_tax_id", _("Customer's tax number"), "code"),
    Label("time", _("Time"), "time"),
)

ITEMS = (
    Label("description", _("Description"), "text"),
    Label("quantity", _("Quantity"), "amount"),
    Label("unit_price", _("Unit price"), "amount"),
    Label("tax_rate", _("Tax, %"), "amount"),
    Label("amount", _("Amount"), "amount"),
)
