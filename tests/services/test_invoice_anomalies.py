"""Every kind of anomaly, what is none, keys that stay, and that docs and code say the same."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.anomalies import entries as entries_of
from bench.anomalies import judged
from fastapi_app.services.invoice.anomalies import find
from fastapi_app.services.invoice.findings import KINDS, Anomaly, Entry
from fastapi_app.services.invoice.identity import number_key, same_name, vendor_key
from fastapi_app.services.invoice.models import FIELD_NAMES
from fastapi_app.services.invoice.patterns import fingerprints
from samples.ledgers import ledger

DOCS = Path(__file__).parents[2] / "docs" / "invoices.md"
VENDOR = "Belquin Paper GmbH"
IBAN, OTHER_IBAN = "DE89370400440532013000", "DE02120300000000202051"


def entry(number: int, **values: str) -> Entry:
    """The `number`th invoice of a vendor who writes every Tuesday, a little more than 100 each time."""
    day = date(2026, 1, 6) + timedelta(7 * number)
    net = 100 + number % 7
    usual = {
        "vendor": VENDOR,
        "vendor_tax_id": "DE136695976",
        "invoice_number": f"RE-{400 + number}",
        "date": f"{day}",
        "currency": "EUR",
        "subtotal": f"{net}.00",
        "tax": f"{net * 0.19:.2f}",
        "total": f"{net * 1.19:.2f}",
        "iban": IBAN,
        "time": f"{9 + number % 8:02}:15",
    }
    picture = Random(number).getrandbits(64)
    return Entry(id=number, file=f"{number}.pdf", values=usual | values, fingerprint=f"{picture:016x}")


USUAL = tuple(entry(number) for number in range(20))


def told(*entries: Entry) -> dict[str, Anomaly]:
    return {anomaly.code: anomaly for anomaly in find(entries)}


def with_one(**values: str) -> tuple[Entry, ...]:
    """The tenth is another."""
    return (*USUAL[:10], entry(10, **values), *USUAL[11:])


def copied(fingerprint: str = "", **values: str) -> tuple[Entry, ...]:
    """The fourth once more, at the end."""
    return (*USUAL, Entry(id=99, file="99.pdf", values=USUAL[4].values | values, fingerprint=fingerprint))


def combined() -> tuple[Entry, ...]:
    """Many vendors with small variations, one invoice with several oddities of which none is large."""
    chance = Random(1)
    many = [
        Entry(
            id=f"{vendor}-{number}",
            file=f"{vendor}-{number}.pdf",
            values={
                "vendor": name,
                "date": f"{date(2026, 1, 5) + timedelta(14 * number)}",
                "due_date": f"{date(2026, 1, 5) + timedelta(14 * number + 30)}",
                "total": f"{100 * chance.uniform(0.95, 1.05):.2f}",
            },
        )
        for vendor, name in enumerate(
            ("Ulmdor Lamps", "Kasfen Bakery", "Hulver Freight", "Rostam Optics", "Pelzan Gardens")
        )
        for number in range(20)
    ]
    odd = many[50]
    many[50] = odd.model_copy(update={"values": odd.values | {"total": "165.00", "due_date": odd.values["date"]}})
    return tuple(many)


near = f"{int(USUAL[4].fingerprint, 16) ^ 0b101:016x}"
CASES: dict[str, tuple[Callable[[], tuple[Entry, ...]], set[object], str]] = {
    "duplicate_number": (lambda: copied(vendor="BELQU1N PAPER", invoice_number="re 4O4"), {99, 4}, "also in 4.pdf"),
    "duplicate_image": (
        lambda: copied(near, vendor="", vendor_tax_id="", invoice_number="", total=""),
        {99, 4},
        "looks like 4.pdf (2 of 64 bits differ)",
    ),
    "duplicate_content": (lambda: copied(invoice_number=""), {99, 4}, "123.76 EUR on 2026-02-03, also in 4.pdf"),
    "number_reused": (lambda: with_one(invoice_number="RE-402"), {10, 2}, "RE-402 twice in a year"),
    "unusual_amount": (
        lambda: with_one(total="1228.00"),
        {10},
        "10.0 times the usual total of Belquin Paper GmbH; 19 others lie between 119.00 EUR and 126.14 EUR",
    ),
    "number_gap": (
        lambda: (*USUAL[:10], *USUAL[12:]),
        {12, 9},
        "2 numbers are missing between number RE-409 and RE-412",
    ),
    "number_back": (
        lambda: with_one(invoice_number="RE-390"),
        {10, 0},
        "RE-390 of 2026-03-17 comes after number RE-400",
    ),
    "new_iban": (lambda: with_one(iban=OTHER_IBAN), {10}, f"{OTHER_IBAN}; 10 invoices before named {IBAN}"),
    "unusual_tax_rate": (
        lambda: with_one(tax="7.21", total="110.21"),
        {10},
        "7 % of tax, while 19 other invoices of Belquin Paper GmbH have 19 %",
    ),
    "unusual_currency": (lambda: with_one(currency="USD"), {10}, "in USD, while 19 others"),
    "unusual_day": (lambda: with_one(date="2026-03-15"), {10}, "2026-03-15 is a Sunday; of 19 others"),
    "unusual_hour": (lambda: with_one(time="02:40"), {10}, "02:40 at night; 19 others"),
    "unusual_combination": (
        combined,
        {"2-10"},
        "due after 0 days rather than 30",
    ),
}


def test_nothing_stands_out() -> None:
    assert find(USUAL) == ()


@pytest.mark.parametrize("code", CASES)
def test_kind(code: str) -> None:
    make, ids, says = CASES[code]

    found = told(*make())[code]

    assert set(found.ids) == ids
    assert says in found.message
    assert 0 < found.score <= 1


def test_every_kind_has_its_test() -> None:
    assert {kind.code for kind in KINDS} == set(CASES)


def test_docs_show_the_kinds_as_they_are() -> None:
    expected = [f"| `{kind.code}` | {kind.severity} | {kind.says} | {kind.when} |" for kind in KINDS]

    shown = DOCS.read_text().split("## Anomalies")[1].split("\n## ")[0]

    assert [row for row in shown.splitlines() if row.startswith("| `")] == expected


@pytest.mark.parametrize("code", CASES)
def test_dismissed_for_good(code: str) -> None:
    """What people said is none stays none, also when other invoices come."""
    entries = CASES[code][0]()
    keys = {anomaly.key for anomaly in find(entries)}

    assert find(entries, dismissed=keys) == ()
    later = (*entries, *(entry(number) for number in (20, 21)))
    assert find(later, dismissed=keys) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Belquin Paper GmbH", "BELQUIN PAPER GMBH"),
        ("Belquin Paper GmbH", "Belquin Paper"),
        ("Société Belquin S.A.R.L.", "Societe Belquin SARL"),
        ("Tanaka Trading Sdn. Bhd.", "TANAKA TRADlNG SDN BHD"),
        ("דפוס הדיו בע״מ", 'דפוס הדיו בע"מ'),
        ("Quinros Optics Ltd", "Quinros 0ptics Ltd"),
    ],
)
def test_one_vendor(one: str, other: str) -> None:
    assert same_name(vendor_key(one), vendor_key(other))


@pytest.mark.parametrize(("one", "other"), [("Belquin Paper", "Belquin Timber"), ("", ""), ("GmbH", "Ltd")])
def test_two_vendors(one: str, other: str) -> None:
    assert not same_name(vendor_key(one), vendor_key(other))


def test_keys_are_short_and_tell_apart() -> None:
    numbered = [
        entry(number, invoice_number=f"{'№' * 500}{number + 100 - 60 * (number == 10)}") for number in range(20)
    ]
    found = find((*numbered, *(Entry(**{**dict(each), "id": f"copy {each.id}"}) for each in numbered)))

    assert len({anomaly.key for anomaly in found}) == len(found) > 20
    assert all(re.fullmatch(r"[a-z_]{1,19}:[0-9a-f]{24}", anomaly.key) for anomaly in found)


def test_one_number() -> None:
    assert number_key("RE-2026/0417") == number_key("re 2026 O4l7") == number_key("RE20260417")
    assert number_key("0004711") == number_key("4711")
    assert number_key("4711") != number_key("4712")


def test_forms_look_alike() -> None:
    """The same form, and a subscription's same total: other numbers and days say that they are two."""
    monthly = [
        entry(number, total="119.00", subtotal="100.00", tax="19.00").model_copy(
            update={"fingerprint": "0f1e2d3c4b5a6978"}
        )
        for number in range(12)
    ]

    assert find(monthly) == ()


def test_forms_without_numbers_look_alike() -> None:
    """A day that differs outweighs a fee that is always the same, where no vendor is known."""
    first, second = (
        Entry(id=day, file=f"{day}.pdf", values={"date": f"2026-03-{day}", "total": "9.00"}, fingerprint=near)
        for day in (11, 18)
    )

    assert find((first, second)) == ()


def test_invoices_of_one_file() -> None:
    """Sheets of one form look alike."""
    first, second = (
        Entry(id=page, file="both.pdf", values={"total": f"{page}.00"}, fingerprint=near) for page in (1, 2)
    )
    unread = Entry(id=3, file="both.pdf", fingerprint=near)

    assert find((first, second, unread)) == ()


def test_scanned_askew() -> None:
    """Less alike, but the values agree."""
    askew = f"{int(USUAL[4].fingerprint, 16) ^ 0x1FF:016x}"

    assert "duplicate_image" in told(*copied(askew, invoice_number="", total=""))
    assert "duplicate_image" not in told(*copied(askew, vendor="", vendor_tax_id="", invoice_number="", total=""))


def test_dismissed_whatever_the_reason() -> None:
    """Two that are no duplicates are none either when their number has been read."""
    (unread,) = find(copied(invoice_number=""))

    assert find(copied(), dismissed={unread.key}) == ()


def test_two_purchases_of_a_day() -> None:
    first, second = entry(3, invoice_number="A-17"), entry(3, invoice_number="A-18", time="16:50")

    assert find((first, second.model_copy(update={"id": 4, "fingerprint": ""}))) == ()


def test_years_begin_anew() -> None:
    numbered = [
        entry(number, invoice_number=f"{number % 10 + 1:03}", date=f"{2024 + number // 10}-{number % 10 + 1:02}-15")
        for number in range(20)
    ]

    assert "number_back" not in told(*numbered)
    assert "number_reused" not in told(*numbered)


def test_a_number_that_could_not_be_read_is_no_gap() -> None:
    assert "number_gap" not in told(*with_one(invoice_number=""))


def test_few_invoices_say_nothing() -> None:
    assert find((entry(0), entry(1), entry(2, total="9000.00", currency="USD", date="2026-01-25"))) == ()


def test_near_pictures_are_found_exactly() -> None:
    chance = Random(3)
    prints = [chance.getrandbits(64) for _ in range(1500)]
    prints += [bits ^ (1 << chance.randrange(64)) ^ (1 << chance.randrange(64)) for bits in prints[:100]]
    by_hand = [
        (one, other, (prints[one] ^ prints[other]).bit_count())
        for one in range(len(prints))
        for other in range(one + 1, len(prints))
        if (prints[one] ^ prints[other]).bit_count() <= fingerprints.SIMILAR_BITS
    ]

    assert sorted(fingerprints.near_pairs(prints)) == by_hand
    assert len(by_hand) >= 100


def test_thousands_of_one_form() -> None:
    """A few earlier ones each, not all that are alike."""
    form = 0x0F1E2D3C4B5A6978
    prints = [form ^ (1 << one) ^ (1 << other) for one in range(64) for other in range(one)]

    assert len(list(fingerprints.near_pairs(prints))) < len(prints) * fingerprints.MOST_NEAR


@pytest.mark.parametrize("text", ["", "xyz", "0" * 16, "f" * 16, "1" * 17, "-1"])
def test_not_a_fingerprint(text: str) -> None:
    assert fingerprints.parse(text) is None


def test_planted_anomalies_are_found() -> None:
    """As `./recto bench anomalies` measures it, on one project that it does not draw."""
    project = ledger(seed=77, size=600)

    counts = judged(project.planted, find(entries_of(project.bills)))

    sums = {
        what: sum(count for (_, of), count in counts.items() if of == what)
        for what in ("planted", "found", "told", "right")
    }
    assert sums["found"] >= 0.85 * sums["planted"] > 30
    assert sums["right"] >= 0.9 * sums["told"]


def test_the_same_every_time() -> None:
    bills = entries_of(ledger(seed=5, size=300).bills)

    assert find(bills) == find(bills)


def test_scores_fall() -> None:
    scores = [anomaly.score for anomaly in find(entries_of(ledger(seed=5, size=300).bills))]

    assert all(one >= other for one, other in pairwise(scores))


odd = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [*USUAL[0].values.values(), "NaN", "1e999", "-5", "0.00", "9999-12-31", "25:61", "9" * 60, "ffff", "24:00"]
    ),
)
odd_entries = st.builds(
    Entry,
    id=st.integers() | st.text(max_size=3),
    file=st.text(max_size=5),
    values=st.dictionaries(st.sampled_from([*FIELD_NAMES, "time"]), odd, max_size=12),
    fingerprint=st.sampled_from([USUAL[0].fingerprint, "", "0", "g" * 16]) | st.text(max_size=17),
)


@given(st.lists(odd_entries | st.sampled_from(USUAL), max_size=12))
def test_odd_values_get_sentences(entries: list[Entry]) -> None:
    for anomaly in find(entries):
        assert 0 <= anomaly.score <= 1
        assert not re.search(r"\{\w+\}", anomaly.message)
