"""What a confined child says of a file of invoices."""

import json
from pathlib import Path
from typing import Any

import pytest

from fastapi_app import confined
from fastapi_app.children import Event
from fastapi_app.services.errors import NotAnInvoice, NoText
from samples import printed

LIMITS = {"bytes": 10_000_000, "pixels": 60_000_000, "frames": 50}
INVOICE = printed.lines("ACME Paper Ltd", "Invoice No. A-1", "Invoice date: 14 March 2024", "Total EUR 99.00")
OTHER = printed.lines("ACME Paper Ltd", "Invoice No. A-2", "Invoice date: 15 March 2024", "Total EUR 11.00")


def read(path: Path, data: bytes, **more: Any) -> list[Event]:
    path.write_bytes(data)
    confined.start_fork_server()
    within = confined.Confinement(60, 4096 * 2**20, LIMITS)
    arguments = {"path": str(path), "languages": ["eng"]} | more
    return list(confined.perform("read_invoices", arguments, within, lambda percent: None))


def test_read_invoices(tmp_path: Path) -> None:
    *progress, last = read(tmp_path / "file", printed.pdf([INVOICE, OTHER]))
    assert [event.facts["percent"] for event in progress] == [0, 50]
    facts = json.loads(json.dumps(last.facts))
    assert (facts["format"], len(facts["frames"]), len(facts["layouts"])) == ("pdf", 2, 2)
    assert facts["frames"][0] == {"width": 2480, "height": 3509, "dpi": 300.0}
    assert facts["layouts"][0]["width"] == 2480
    assert [invoice["pages"] for invoice in facts["invoices"]] == [[1, 1], [2, 2]]
    assert facts["invoices"][1]["fields"]["invoice_number"]["value"] == "A-2"
    assert facts["invoices"][1]["fields"]["invoice_number"]["page"] == 2
    assert [len(look) for look in facts["fingerprints"]] == [16, 16]


@pytest.mark.parametrize(
    ("data", "error"),
    [(printed.pdf([[]]), NoText), (printed.pdf([printed.lines("Dear Ada,", "yours, Charles")]), NotAnInvoice)],
)
def test_what_is_no_invoice_is_told_by_its_code(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(tmp_path / "file", data)
