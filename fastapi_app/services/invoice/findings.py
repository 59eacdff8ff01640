"""What is looked through for anomalies, what one is, and the kinds there are: each code once."""

from hashlib import blake2s
from typing import Any

from fastapi_app.services.invoice.issues import Severity
from fastapi_app.services.layout import Frozen

Id = str | int


class Entry(Frozen):
    """An invoice of a project. `values`: by models.FIELD_NAMES, and "time" as HH:MM; as in `models`, "" or left out
    where unknown. `fingerprint`: 64 bits of a perceptual hash of its first page in hexadecimal, "" for none."""

    id: Id
    file: str
    values: dict[str, str] = {}
    fingerprint: str = ""


class Anomaly(Frozen):
    """`key`: at most 44 characters, the same when the same is found again. `ids` and `files` in the same order, the one
    to look at first. `score`: how sure, 0 to 1. `evidence`: the figures of the sentence."""

    key: str
    code: str
    ids: tuple[Id, ...]
    files: tuple[str, ...]
    message: str
    score: float
    severity: Severity
    evidence: dict[str, Any]


class Kind(Frozen):
    """`says` has the places of the evidence."""

    code: str
    severity: Severity
    says: str
    when: str


KINDS = (
    Kind(
        code="duplicate_number",
        severity="error",
        says="The same invoice twice: {vendor}, number {number}, also in {other}.",
        when="same vendor and number, and neither date and total both differ",
    ),
    Kind(
        code="duplicate_image",
        severity="error",
        says="The same page twice: it looks like {other} ({bits} of 64 bits differ).",
        when="the pictures agree in all but 6 bits (10 where values agree), and what was read does not contradict that",
    ),
    Kind(
        code="duplicate_content",
        severity="warning",
        says="Probably the same invoice twice: {vendor}, {total} on {date}, also in {other}.",
        when="same vendor, total and day, and the numbers do not tell them apart",
    ),
    Kind(
        code="number_reused",
        severity="warning",
        says="{vendor} used the number {number} twice in a year, with another date and total in {other}.",
        when="same vendor, number and year; date and total differ",
    ),
    Kind(
        code="unusual_amount",
        severity="warning",
        says="{total} is {times} times the usual total of {vendor}; {count} others lie between {least} and {most}.",
        when="the total is far from the vendor's median (median absolute deviation of log amounts, 5 others or more)",
    ),
    Kind(
        code="number_gap",
        severity="info",
        says="{vendor}: {count} missing between number {before} and {after}, while numbers follow one another else.",
        when="a vendor whose numbers follow one another leaves some out",
    ),
    Kind(
        code="number_back",
        severity="warning",
        says="{vendor}: number {number} of {date} comes after number {other_number} of {other_date}.",
        when="a number goes back in time, while the vendor's numbers grow with the days else",
    ),
    Kind(
        code="new_iban",
        severity="error",
        says="{vendor} wants the money on a new account, {iban}; {count} invoices before named {usual}.",
        when="another account than on 3 or more earlier invoices of the vendor",
    ),
    Kind(
        code="unusual_tax_rate",
        severity="warning",
        says="{rate} % of tax, while {count} other invoices of {vendor} have {usual} %.",
        when="another tax rate than nearly all of the vendor's invoices, 5 others or more",
    ),
    Kind(
        code="unusual_currency",
        severity="warning",
        says="The invoice is in {currency}, while {count} others of {vendor} are in {usual}.",
        when="another currency than nearly all of the vendor's invoices, 5 others or more",
    ),
    Kind(
        code="unusual_day",
        severity="info",
        says="{date} is a {weekday}; of {count} others of {vendor} {weekend} at a weekend.",
        when="at a weekend, where the vendor's others, 12 or more, hardly ever are",
    ),
    Kind(
        code="unusual_hour",
        severity="info",
        says="{time} at night; {count} others of {vendor} are between {first} and {last}.",
        when="between 22:00 and 6:00, three hours from any other of the vendor, 8 others or more",
    ),
    Kind(
        code="unusual_combination",
        severity="info",
        says="Unusual in several ways at once: {reasons}.",
        when="an isolation forest over 60 or more invoices sets it apart, in at least two respects",
    ),
)

_BY_CODE = {kind.code: kind for kind in KINDS}


def anomaly(code: str, subject: object, entries: tuple[Entry, ...], score: float, **evidence: Any) -> Anomaly:
    """`subject` makes the key: what the same finding has in common with itself when it is found again. The key is short
    and plain, however long a number somebody printed."""
    kind = _BY_CODE[code]
    return Anomaly(
        key=f"{_family(code)}:{blake2s(str(subject).encode(), digest_size=12).hexdigest()}",
        code=code,
        ids=tuple(entry.id for entry in entries),
        files=tuple(entry.file for entry in entries),
        message=kind.says.format(**evidence),
        score=round(min(max(score, 0.0), 1.0), 3),
        severity=kind.severity,
        evidence=evidence,
    )


def _family(code: str) -> str:
    """Whoever says that two are no duplicates means it, whatever made us think so."""
    return "duplicate" if code.startswith("duplicate_") else code
