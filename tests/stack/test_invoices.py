"""Invoices through all real processes: uploaded through nginx, read by workers, checked, fetched."""

import csv
import io
import time
import zipfile
from typing import Any

import pytest

from launcher.stack import Stack
from samples import printed
from tests.running import Visitor
from tests.waiting import until

MOST = 64 * 1024 * 1024


@pytest.fixture(scope="module")
def project(alice: Visitor) -> str:
    answer = alice.post("/api/projects/", json={"name": "Invoices"})
    return f"/api/projects/{answer.json()['id']}"


def invoice(number: str, year: int = 2024) -> bytes:
    said = ("ACME Paper Ltd", f"Invoice No. {number}", f"Invoice date: 14 March {year}", "Paper 119.00")
    return printed.pdf([printed.lines(*said, "Total EUR 119.00")])


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def send(visitor: Visitor, project: str, files: dict[str, bytes], **options: Any) -> Any:
    parts = [("files", (name, content)) for name, content in files.items()]
    return visitor.post(f"{project}/process-invoices/", files=parts, **options)


def test_from_the_upload_to_the_file(alice: Visitor, charlie: Visitor, project: str, photo: bytes) -> None:
    archive = zipped({"march/1.pdf": invoice("A-101"), "march/2.pdf": invoice("A-102", 2094)})
    answer = send(alice, project, {"march.zip": archive, "fox.jpg": photo, "last.pdf": invoice("A-103")})
    assert answer.status_code == 202, answer.text
    task = answer.json()["task_id"]
    assert answer.json()["files"] == 4

    facts = until(lambda: alice.get(f"{project}/ocr-status/{task}/").json(), lambda now: bool(now["finished_at"]), 90)
    assert (facts["status"], facts["progress"]["done"], facts["progress"]["percent"]) == ("completed", 4, 100)
    files = {file["name"]: file for file in alice.get(f"{project}/ocr-check-task/{task}/").json()["files"]}
    assert {name: file["state"] for name, file in files.items()} == {
        "march/1.pdf": "done",
        "march/2.pdf": "done",
        "fox.jpg": "failed",
        "last.pdf": "done",
    }
    assert files["fox.jpg"]["error"]["code"] == "not_an_invoice"

    told = until(lambda: alice.get(f"{project}/ocr-validation/{task}/").json(), lambda now: not now["stale"])
    wrong = {
        each["file"] for each in told["invoices"] if "date_in_future" in [issue["code"] for issue in each["issues"]]
    }
    assert wrong == {"march/2.pdf"}
    assert alice.get(f"{project}/ocr-anomalies/{task}/").json()["stale"] is False

    rows = alice.get(f"{project}/ocr-download/{task}/?format=csv").content.decode("utf-8-sig")
    found = {row["file"]: row["total"] for row in csv.DictReader(io.StringIO(rows))}
    assert found == dict.fromkeys(("march/1.pdf", "march/2.pdf", "last.pdf"), "119.00")
    assert alice.get(f"{project}/ocr-download/{task}/?format=xlsx").content.startswith(b"PK")
    first = alice.get(f"{project}/invoices/").json()["results"][0]
    (page,) = alice.get(f"{project}/invoices/{first['id']}/").json()["pages"]
    assert alice.get(page["image"]).headers["Content-Type"] == "image/jpeg"  # a PDF's page as browsers show it
    assert alice.get(page["text"]).json()["regions"]
    for what in ("status", "check-task", "download", "validation", "anomalies"):
        assert charlie.get(f"{project}/ocr-{what}/{task}/").status_code == 404


def test_health(alice: Visitor) -> None:
    """A worker counts when it has answered within half a second, which a busy one may miss once."""
    look = "/api/ocr-health/"
    until(lambda: alice.get(look).json(), lambda facts: (facts["status"], facts["workers"] > 0) == ("ok", True))


def test_five_thousand_files_at_once(alice: Visitor, project: str) -> None:
    began = time.monotonic()
    answer = send(alice, project, {f"{number}.png": b"none" for number in range(5000)}, timeout=170)
    assert answer.status_code == 202, answer.text
    assert answer.json()["files"] == 5000
    print(f"5,000 files were taken in {time.monotonic() - began:.1f} s")
    task = answer.json()["task_id"]
    assert alice.post(f"{project}/ocr-cancel/{task}/").json() == {"status": "cancelled"}
    facts = until(lambda: alice.get(f"{project}/ocr-status/{task}/").json(), lambda now: bool(now["finished_at"]))
    assert facts["status"] == "cancelled"


def test_a_request_over_the_limit_is_refused_clearly(stack: Stack, alice: Visitor, project: str) -> None:
    answer = send(alice, project, {"large.pdf": bytes(MOST + 1)})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert str(MOST) in answer.json()["detail"]
