"""GET ocr-download/ and invoices/export/ as JSON, CSV and XLSX."""

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_app.invoices import rows
from django_app.invoices.models import Correction, Invoice, Issue
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from tests.web.invoices import READ, value

pytestmark = pytest.mark.django_db

HOSTILE = ("=1+1", "+49 30 1", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")')


@pytest.fixture
def task(project: Any, alice: Any, document: Any) -> Job:
    items = [JobItem(name="1.png", source="imports/none")]
    return Job.objects.start("invoices", project=project, document=document, params={}, items=items, by=alice)


def add(task: Job, name: str = "1.png", **said: str) -> Invoice:
    item = task.items.earliest("position")
    item.name = name
    fields = READ["fields"] | {field: value(text) for field, text in said.items()}
    (invoice,) = rows.add(item, [READ | {"fields": fields, "pages": [1, 2]}], [], digest=name, fingerprints=[""])
    return invoice


def download(client: Client, task: Job, form: str) -> Any:
    answer = client.get(f"/api/projects/{task.project_id}/ocr-download/{task.pk}/?format={form}")
    assert answer.status_code == 200, answer.content
    return answer


def table(answer: Any) -> list[dict[str, str]]:
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def book(answer: Any) -> dict[str, list[tuple[Any, ...]]]:
    sheets = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.rows] for sheet in sheets}


def test_csv(as_bob: Client, task: Job, bob: Any) -> None:
    invoice = add(task)
    Correction.objects.create(invoice=invoice, field="total", value="120.5", version=2, by=bob)
    Issue.objects.create(invoice=invoice, code="tax_mismatch", field="tax", message="…", severity="error")
    answer = download(as_bob, task, "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="Notebook.csv"'
    assert answer.getvalue().startswith(b"\xef\xbb\xbffile,")
    (row,) = table(download(as_bob, task, "csv"))
    assert (row["file"], row["last_page"], row["vendor"]) == ("1.png", "2", "Papier & Söhne GmbH")
    assert (row["date"], row["tax"], row["total"], row["iban"]) == ("2026-03-01", "19.00", "120.5", "")
    assert (row["corrected"], row["issues"]) == ("total", "tax_mismatch")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_csv_is_calculated(as_bob: Client, task: Job, text: str) -> None:
    add(task, name=text, vendor=text, total="-12.50", subtotal=text)
    (row,) = table(download(as_bob, task, "csv"))
    assert row["vendor"] == row["subtotal"] == f"'{text}"
    assert row["file"].startswith("'")
    assert row["total"] == "-12.50"  # a number, and no formula


def test_xlsx(as_bob: Client, task: Job) -> None:
    invoice = add(task)
    add(task, "2.png", total="n/a")
    Issue.objects.create(invoice=invoice, code="tax_mismatch", field="tax", message="19 % …", severity="error")
    answer = download(as_bob, task, "xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="Notebook.xlsx"'
    content = answer.getvalue()
    sheets = openpyxl.load_workbook(io.BytesIO(content))
    assert sheets.sheetnames == ["Invoices", "Lines", "Issues"]
    sheet = sheets["Invoices"]
    header = [cell.value for cell in sheet[1]]
    first = dict(zip(header, sheet[2], strict=True))
    assert first["Date"].value == datetime(2026, 3, 1)  # noqa: DTZ001  a day, as spreadsheets have it
    assert first["Date"].is_date
    assert (first["Total"].value, first["Total"].data_type) == (119, "n")
    assert (first["Invoice number"].value, first["Iban"].value) == ("2026-17", None)
    assert sheet.cell(3, header.index("Total") + 1).value == "n/a"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", f"A1:{sheet.cell(3, len(header)).coordinate}")
    assert [cell.value for cell in sheets["Lines"][2]][:5] == ["1.png", "2026-17", 1, "Paper", 10]
    assert [cell.value for cell in sheets["Issues"][2]][2:4] == ["error", "tax_mismatch"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_spreadsheet_is_calculated(as_bob: Client, task: Job, text: str) -> None:
    add(task, name=text, vendor=text, total=text)
    sheets = openpyxl.load_workbook(io.BytesIO(download(as_bob, task, "xlsx").getvalue()))
    cells = [cell for row in sheets["Invoices"].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)


def test_hebrew(as_bob: Client, task: Job) -> None:
    add(task, "חשבונית.png", vendor="דיו ועט בע״מ")
    assert table(download(as_bob, task, "csv"))[0]["vendor"] == "דיו ועט בע״מ"
    content = download(as_bob, task, "xlsx").getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Invoices"]
    assert sheet.sheet_view.rightToLeft
    assert "דיו ועט בע״מ" in [cell.value for cell in sheet[2]]


def test_an_empty_task(as_bob: Client, task: Job) -> None:
    assert table(download(as_bob, task, "csv")) == []
    assert len(book(download(as_bob, task, "xlsx"))["Invoices"]) == 1
    assert download(as_bob, task, "json").json() == {"task_id": str(task.pk), "invoices": []}


def test_an_unknown_format(as_bob: Client, task: Job) -> None:
    answer = as_bob.get(f"/api/projects/{task.project_id}/ocr-download/{task.pk}/?format=doc")
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["format"])


def test_by_accept(as_bob: Client, task: Job) -> None:
    answer = as_bob.get(f"/api/projects/{task.project_id}/ocr-download/{task.pk}/", headers={"Accept": "text/csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_export_of_the_project_by_filter(as_bob: Client, task: Job, project: Any) -> None:
    add(task), add(task, vendor="Ink Ltd")
    path = f"/api/projects/{project.pk}/invoices/export/"
    (row,) = table(as_bob.get(f"{path}?format=csv&vendor=Ink Ltd"))
    assert row["vendor"] == "Ink Ltd"
    assert len(as_bob.get(path).json()["invoices"]) == 2


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_what_is_confirmed_is_marked_exported(as_bob: Client, task: Job, project: Any, form: str) -> None:
    kept, gone = add(task), add(task)
    Invoice.objects.filter(pk=gone.pk).update(state="confirmed")
    path = f"/api/projects/{project.pk}/invoices/export/?state=confirmed&format={form}"
    found = {
        "csv": table,
        "xlsx": lambda each: book(each)["Invoices"][1:],
        "json": lambda each: each.json()["invoices"],
    }
    assert len(found[form](as_bob.get(path))) == 1
    assert Invoice.objects.filter(state="exported").count() == 0
    assert len(found[form](as_bob.post(path))) == 1
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.state, gone.state, gone.version) == ("review", "exported", 2)


def test_thousands_cost_a_few_queries(as_bob: Client, task: Job) -> None:
    fields = {"project": task.project, "job": task, "read": READ, "digest": "d"}
    Invoice.objects.bulk_create(Invoice(name=f"{number}.png", **fields) for number in range(1200))
    for form in ("csv", "xlsx", "json"):
        with CaptureQueriesContext(connection) as queries:
            answer = download(as_bob, task, form)
            assert len(answer.getvalue() if answer.streaming else answer.content) > 10_000
        assert len(queries) < 20
