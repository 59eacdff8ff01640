"""The works of a child about invoices: what Django sends and what comes back is JSON."""

import json
from dataclasses import asdict

from fastapi_app import work
from fastapi_app.confined import Confinement, perform
from fastapi_app.services.raster import Limits
from samples.ledgers import ledger
from tests.services.invoices import TODAY, invoice

LIMITS = Limits()


def asked(name: str, **arguments: object) -> dict[str, object]:
    """Through JSON in both directions, as a pipe has it."""
    (facts, data), *rest = work.WORKS[name](limits=LIMITS, **json.loads(json.dumps(arguments)))
    assert (data, rest) == (b"", [])
    return json.loads(json.dumps(facts))


def test_check_invoices() -> None:
    wrong, right = invoice(total="486.00", invoice_number="RE-2026-0416"), invoice()
    files = [
        {"file": f"{name}.pdf", "invoice": each.model_dump(mode="json")} for name, each in (("a", wrong), ("b", right))
    ]

    found = asked("check_invoices", invoices=files, today=TODAY.isoformat())

    first, second = found["invoices"]
    assert (first["file"], first["valid"], second["valid"]) == ("a.pdf", False, True)
    issue = first["issues"][0]
    assert (issue["code"], issue["field"], issue["severity"]) == ("total_mismatch", "total", "error")
    assert issue["message"].endswith("but the total is 486.00 EUR: 10.00 EUR apart.")
    assert found["summary"]["invoices"] == 2
    assert found["summary"]["valid"] == 1
    assert found["summary"]["codes"]["total_mismatch"] == found["summary"]["errors"] == 1


def test_find_anomalies() -> None:
    values = {"vendor": "Belquin Paper", "invoice_number": "17", "date": "2026-03-01", "total": "12.00"}
    entries = [{"id": number, "file": f"{number}.pdf", "values": values, "fingerprint": ""} for number in (1, 2)]

    (found,) = asked("find_anomalies", entries=entries)["anomalies"]

    assert (found["code"], found["ids"], found["files"]) == ("duplicate_number", [2, 1], ["2.pdf", "1.pdf"])
    assert asked("find_anomalies", entries=entries, dismissed=[found["key"]]) == {"anomalies": []}


def test_in_a_confined_child() -> None:
    """With its limits on memory and open files, the forest included."""
    bills = ledger(seed=2, size=200).bills
    entries = [
        {"id": bill.id, "file": bill.file, "values": bill.values, "fingerprint": bill.fingerprint} for bill in bills
    ]
    arguments = {"entries": entries, "dismissed": []}

    (event,) = perform("find_anomalies", arguments, Confinement(60, 4 << 30, asdict(LIMITS)), lambda percent: None)

    assert event.facts == asked("find_anomalies", **arguments)


def test_nothing_to_check() -> None:
    assert asked("check_invoices", invoices=[], today="2026-11-21")["invoices"] == []
