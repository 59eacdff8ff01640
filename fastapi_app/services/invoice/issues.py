"""What can be wrong with an invoice: each code once, with its field, severity, sentence and when it is said.

docs/invoices.md shows the same table, and a test compares the two.
"""

from typing import Literal

from fastapi_app.services.layout import Frozen

Severity = Literal["error", "warning", "info"]
"""What has to be put right or explained; what a clerk should look at; what is good to know."""


class Issue(Frozen):
    """`field`: a name of models.FIELD_NAMES, "line_items" or "line_items[N].amount", N from 1."""

    code: str
    field: str
    message: str
    severity: Severity


class Rule(Frozen):
    """`field` "*" is whichever it is about; `says` has the numbers' places."""

    code: str
    field: str
    severity: Severity
    says: str
    when: str

    def issue(self, field: str | None = None, **values: object) -> Issue:
        said = self.says.format(**values)
        return Issue(code=self.code, field=field or self.field, message=said, severity=self.severity)


RULES = (
    Rule(
        code="required",
        field="*",
        severity="error",
        says="{name} is missing; {why}.",
        when="vendor, date or total is missing; above the limit for receipts also what the country's law asks for",
    ),
    Rule(
        code="expected",
        field="*",
        severity="warning",
        says="{name} was not found; {why}.",
        when="currency or number is missing, or what most invoices of the country show",
    ),
    Rule(
        code="unreadable_amount",
        field="*",
        severity="error",
        says="“{value}” in {name} is not an amount such as 1234.50.",
        when="a value cannot be taken for a number",
    ),
    Rule(
        code="unreadable_date",
        field="*",
        severity="error",
        says="“{value}” in {name} is not a date such as 2026-01-31.",
        when="a value is not a day of the calendar",
    ),
    Rule(
        code="low_confidence",
        field="*",
        severity="warning",
        says="{name} “{value}” was read with a certainty of only {percent} %: compare it with the page.",
        when="a key field was read with less than 60 % certainty",
    ),
    Rule(
        code="date_ambiguous",
        field="*",
        severity="warning",
        says="“{raw}” was taken for {value}, but it could also mean {other}.",
        when="day and month can be exchanged",
    ),
    Rule(
        code="embedded_differs",
        field="*",
        severity="error",
        says="{name}: the page shows “{printed}”, the embedded e-invoice says “{embedded}”.",
        when="XML and page of a PDF do not agree",
    ),
    Rule(
        code="total_mismatch",
        field="total",
        severity="error",
        says="Net {subtotal} and tax {tax} add up to {sum}, but the total is {total}: {difference} apart.",
        when="net and tax are not the total, rounding of the currency allowed for",
    ),
    Rule(
        code="tax_included",
        field="subtotal",
        severity="warning",
        says="The net amount {subtotal} is as large as the total although there is {tax} of tax: may it contain it?",
        when="net and total are the same and there is tax",
    ),
    Rule(
        code="cash_rounding",
        field="total",
        severity="info",
        says="Net and tax add up to {sum}; the total is rounded to {total}, as cash is in steps of {step}.",
        when="the total is the sum rounded to the smallest coin (CHF, MYR, SEK, …)",
    ),
    Rule(
        code="other_charges",
        field="total",
        severity="warning",
        says="Net {subtotal} and tax {tax} are {sum}, the total is {total}: is “{word}” the {difference} between?",
        when="net and tax are not the total, but a line of the page names a charge or a discount of that amount",
    ),
    Rule(
        code="line_amount",
        field="line_items[N].amount",
        severity="warning",
        says="Line {number}: {quantity} × {unit_price} is {expected}, but the line says {amount}.",
        when="quantity times unit price is not the amount of the line, with or without its tax",
    ),
    Rule(
        code="line_sum",
        field="line_items",
        severity="warning",
        says="The {count} lines add up to {sum}, which is neither the net amount {subtotal} nor the total {total}.",
        when="the lines are neither net nor total, half a coin a line allowed for",
    ),
    Rule(
        code="tax_mismatch",
        field="tax",
        severity="error",
        says="{rate} tax on {base} is {expected}, but the invoice says {tax}.",
        when="the printed rate, or the rates of the lines, give another tax; rounding a line allowed for",
    ),
    Rule(
        code="excess_decimals",
        field="*",
        severity="warning",
        says="{value} has more decimals than {currency} has ({decimals}).",
        when="an amount is finer than the currency (ISO 4217)",
    ),
    Rule(
        code="zero_total",
        field="total",
        severity="warning",
        says="The total is {total}: there is nothing to pay.",
        when="the total is 0",
    ),
    Rule(
        code="negative_total",
        field="total",
        severity="info",
        says="The total {total} is negative: this is a credit note.",
        when="the total is less than 0",
    ),
    Rule(
        code="tax_rate_unusual",
        field="*",
        severity="warning",
        says="{rate} is not a tax rate of {country} on {date}; there were {rates}.",
        when="the printed rate was never one of the vendor's country",
    ),
    Rule(
        code="tax_rate_outdated",
        field="*",
        severity="warning",
        says="{rate} was a tax rate of {country} {period}, but not on {date} ({rates}); the day of delivery decides.",
        when="the printed rate held there on another day only",
    ),
    Rule(
        code="tax_too_high",
        field="tax",
        severity="error",
        says="The tax {tax} is {share} % of the net amount {base}; {most}.",
        when="the tax is more than the highest rate of the vendor's country, or anywhere more than half",
    ),
    Rule(
        code="tax_mixed",
        field="tax",
        severity="info",
        says="The tax {tax} is {share} % of the net amount {base}, no rate of {country} ({rates}): a mixture?",
        when="no rate is printed and no single rate explains the tax",
    ),
    Rule(
        code="date_in_future",
        field="date",
        severity="error",
        says="The date {date} lies {days} days in the future (today is {today}).",
        when="the date is later than tomorrow",
    ),
    Rule(
        code="date_old",
        field="date",
        severity="warning",
        says="The date {date} is {years} years ago: was the year read correctly?",
        when="the date is more than ten years ago",
    ),
    Rule(
        code="due_before_date",
        field="due_date",
        severity="error",
        says="It is due on {due_date}, {days} days before its own date {date}.",
        when="the due date is earlier than the date",
    ),
    Rule(
        code="due_far",
        field="due_date",
        severity="warning",
        says="It is due on {due_date}, {days} days after its date {date}.",
        when="the due date is more than a year after the date",
    ),
    Rule(
        code="iban_invalid",
        field="iban",
        severity="error",
        says="{value} is not a valid IBAN: {reason}.",
        when="check digits, length or country of the account number are wrong",
    ),
    Rule(
        code="iban_country",
        field="iban",
        severity="info",
        says="The account is in {account}, the vendor in {country}.",
        when="the account is in another country than the vendor",
    ),
    Rule(
        code="tax_id_invalid",
        field="*",
        severity="error",
        says="{value} is not a valid tax number of {country}: {reason}.",
        when="check digits, length or form of the tax number are wrong for its country",
    ),
    Rule(
        code="tax_id_country",
        field="vendor_tax_id",
        severity="info",
        says="The tax number {value} is from {registered}, the vendor in {country}.",
        when="the number's prefix names another country than the vendor's",
    ),
    Rule(
        code="currency_unknown",
        field="currency",
        severity="error",
        says="{value} is not a currency (ISO 4217).",
        when="the code of the currency does not exist",
    ),
    Rule(
        code="currency_country",
        field="currency",
        severity="info",
        says="The invoice is in {value}; {country} pays in {usual}.",
        when="the currency is not that of the vendor's country on that day",
    ),
    Rule(
        code="duplicate_number",
        field="invoice_number",
        severity="error",
        says="{name} has the same vendor and the same number {number}: do not pay twice.",
        when="another invoice of the batch has vendor and number in common with it",
    ),
    Rule(
        code="duplicate_content",
        field="total",
        severity="warning",
        says="{name} has the same vendor, the same date {date} and the same total {total}.",
        when="another invoice of the batch has these in common with it, and their numbers do not tell them apart",
    ),
)

_BY_CODE = {rule.code: rule for rule in RULES}

NAMES = {
    "vendor": "The vendor",
    "vendor_address": "The vendor's address",
    "vendor_tax_id": "The vendor's tax number",
    "customer_tax_id": "The buyer's tax number",
    "invoice_number": "The invoice number",
    "date": "The date",
    "due_date": "The due date",
    "currency": "The currency",
    "subtotal": "The net amount",
    "tax": "The tax",
    "total": "The total",
    "iban": "The IBAN",
    "time": "The time",
    "tax_rate": "The tax rate",
}
"""How a sentence that is about a field begins."""


def issue(code: str, field: str | None = None, /, **values: object) -> Issue:
    """The issue of this code, its sentence filled in; `field` where the rule leaves it open."""
    return _BY_CODE[code].issue(field, **values)


def name_of(field: str) -> str:
    return NAMES.get(field, field)
