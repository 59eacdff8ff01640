"""A clerk's morning: invoices are dropped, reviewed with the keyboard, confirmed and exported; others look on."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from launcher.stack import Stack
from samples import printed
from samples.invoice_words import ENGLISH
from samples.invoices import receipt
from tests.browser.conftest import NARROW, Account, Visit, asks_before_leaving, requests_to
from tests.browser.looking import serious, sideways
from tests.running import Visitor, unique_name
from tests.waiting import until

MOST = 60_000  # ms until a handful of files has been read


def pdf(number: str, *more: str, total: str = "119.00") -> bytes:
    said = ("ACME Paper Ltd", "12 Mill Lane, London", f"Invoice No. {number}", "Invoice date: 14 March 2024")
    return printed.pdf([printed.lines(*said, "Net EUR 100.00", "VAT 19% EUR 19.00", f"Total EUR {total}", *more)])


def file(name: str, content: bytes, kind: str = "application/pdf") -> FilePayload:
    return FilePayload(name=name, mimeType=kind, buffer=content)


def photographed(seed: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(receipt(ENGLISH, seed=seed).pixels()).save(out, "PNG")
    return out.getvalue()


class Office:
    """A project of alice's for one test, and what her programs see of it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.id = visitor.post("/api/projects/", json={"name": unique_name("Office")}).json()["id"]
        self.page = f"/projects/{self.id}/invoices/"
        self.api = f"/api/projects/{self.id}/invoices/"

    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.visitor.get(f"{self.api}?sort=id").json()["results"]
        return found

    def one(self, pk: int) -> dict[str, Any]:
        found: dict[str, Any] = self.visitor.get(f"{self.api}{pk}/").json()
        return found

    def correct(self, pk: int, **values: str) -> None:
        body = {"version": self.one(pk)["version"], "values": values}
        self.visitor.patch(f"{self.api}{pk}/", json=body).raise_for_status()

    def join(self, visitor: Visitor, role: str) -> Account:
        body = {"username": visitor.name, "role": role}
        self.visitor.post(f"/api/projects/{self.id}/members/", json=body).raise_for_status()
        return Account(visitor, {})


@pytest.fixture
def office(alice: Account) -> Office:
    return Office(alice.visitor)


@pytest.fixture
def bob(stack: Stack) -> Visitor:
    return Visitor(stack, unique_name("bob")).sign_up()


def drop(page: Page, *files: FilePayload, count: int | None = None) -> None:
    """Adds the files and waits for their rows."""
    page.set_input_files("#invoice-upload", list(files))
    expect(page.locator(".invoices-table tbody tr")).to_have_count(count or len(files), timeout=MOST)


def opened(visit: Visit, account: Account, office: Office, pk: int, **options: Any) -> Page:
    page = visit(f"{office.page}{pk}/", account, **options)
    page.wait_for_selector("#review[data-state=ready]")
    page.wait_for_selector("#stage[data-state=ready]")
    return page


@pytest.fixture
def one(office: Office) -> int:
    """The id of a single invoice that has been read."""
    files = {"files": ("1.pdf", pdf("2024-117"), "application/pdf")}
    office.visitor.post(f"/api/projects/{office.id}/process-invoices/", files=files).raise_for_status()
    (row,) = until(office.rows)
    until(lambda: not office.one(row["id"])["stale"])
    return int(row["id"])


def test_from_dropped_files_to_the_export(visit: Visit, alice: Account, office: Office) -> None:
    page = visit(office.page, alice)
    expect(page.get_by_role("heading", name="No invoices yet")).to_be_visible()
    drop(
        page,
        file("1.pdf", pdf("2024-117")),
        file("2.png", photographed(7), "image/png"),
        file("notes.txt", b"no invoice at all", "text/plain"),
        count=2,
    )
    expect(page.locator("#sending")).to_be_hidden()
    expect(page.locator(".job-reasons")).to_contain_text(["", "notes.txt"], timeout=MOST)
    assert not serious(page)

    page.locator("#review-next").press("Enter")
    first, second = (row["id"] for row in office.rows())
    for pk, last in ((first, f"**/invoices/{second}/"), (second, f"**{office.page}")):
        page.wait_for_url(f"**/invoices/{pk}/")
        page.wait_for_function("() => document.activeElement !== document.body")
        for _ in range(40):  # Enter by Enter to the button, and once more
            if page.url.endswith(f"/{pk}/"):
                page.keyboard.press("Enter")
                page.wait_for_timeout(50)
        page.wait_for_url(last)
    expect(page.locator(".badge-confirmed")).to_have_count(2)
    expect(page.locator("#invoices")).to_have_attribute("data-stale", "false", timeout=MOST)

    page.get_by_role("button", name="Export").press("Enter")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    (head, *rows) = csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines())
    assert "2024-117" in [row[head.index("invoice_number")] for row in rows]
    assert len(rows) == 2
    expect(page.locator(".badge-exported")).to_have_count(2)


def test_what_was_read_while_one_looked_is_marked_when_it_is_exported(
    visit: Visit, alice: Account, office: Office
) -> None:
    page = visit(office.page, alice)
    drop(page, file("1.pdf", pdf("2024-117")))
    (row,) = office.rows()
    said = {"version": office.one(row["id"])["version"]}
    office.visitor.post(f"{office.api}{row['id']}/confirm/", json=said).raise_for_status()
    page.get_by_role("button", name="Export").click()
    with page.expect_download():
        page.get_by_role("link", name="CSV").click()
    expect(page.locator("#export-menu")).to_be_hidden()
    expect(page.locator(".badge-exported")).to_have_count(1)


def test_a_correction_by_keyboard_and_its_undo(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    total = page.locator("#field-total")
    read = total.input_value()
    total.fill("120.50")
    total.press("Enter")
    expect(page.locator("#saving")).to_have_text("Saved")
    assert office.one(one)["values"]["fields"]["total"]["value"] == "120.50"
    expect(page.locator("#notes-total, #notes-tax, #notes-subtotal").first).to_be_attached()
    expect(page.locator("#history-count")).to_have_text("1")
    total.focus()
    total.press("Alt+u")
    expect(total).to_have_value(read)
    expect(page.locator("#history-count")).to_have_text("2")
    assert office.one(one)["values"]["fields"]["total"]["value"] == read


def test_back_shows_what_was_confirmed(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{office.page}")
    page.go_back()
    expect(page.locator("#state")).to_have_text("Confirmed")
    expect(page.locator("#field-total")).not_to_be_editable()
    page.locator("#take-back").click()
    expect(page.locator("#field-total")).to_be_editable()


def test_what_does_not_fit_is_said_and_kept(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.locator("#field-date").fill("some day")
    page.locator("#field-date").press("Enter")
    expect(page.locator("#notes-date")).to_contain_text("2026-01-31")
    page.evaluate("""() => {
        document.getElementById('history-count').textContent = '?';
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    expect(page.locator("#history-count")).to_have_text("")  # the invoice was looked at again
    expect(page.locator("#notes-date")).to_contain_text("2026-01-31")
    expect(page.locator("#field-date")).to_have_value("some day")
    page.locator("#field-date").press("Escape")
    expect(page.locator("#field-date")).to_have_value("2024-03-14")
    expect(page.locator("#notes-date")).to_be_empty()


def test_a_word_of_the_page_comes_into_the_field(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.locator("#field-total").focus()
    word = office.visitor.get(office.one(one)["pages"][0]["text"]).json()
    words = [each for region in word["regions"] for line in region["lines"] for each in line["words"]]
    x, y, width, height = next(each["box"] for each in words if each["text"] == "100.00")
    at = page.evaluate(
        """async ([x, y]) => {
          const frame = document.querySelector('[data-side=before]').getBoundingClientRect();
          const lit = document.querySelector('.boxes-lit');
          const matrix = lit.getScreenCTM();
          const point = new DOMPoint(x, y).matrixTransform(matrix);
          return [point.x, point.y, frame.left];
        }""",
        [x + width / 2, y + height / 2],
    )
    page.mouse.click(at[0], at[1])
    expect(page.locator("#field-total")).to_have_value("100.00")
    expect(page.locator("#field-total")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_have_text("Saved")


def test_another_reading_is_taken_by_its_key(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.locator("#field-total").focus()
    other = page.locator("[data-path=total] .candidate").first
    value = other.inner_text()
    page.keyboard.press("Alt+1")
    expect(page.locator("#field-total")).to_have_value(value)
    expect(page.locator("#saving")).to_have_text("Saved")
    assert office.one(one)["values"]["fields"]["total"]["value"] == value != "119.00"


def test_lines_are_added_and_removed(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    rows = page.locator("#items tbody tr")
    before = rows.count()
    page.locator("#item-add").press("Enter")
    expect(rows).to_have_count(before + 1)
    page.keyboard.type("Envelopes")
    page.keyboard.press("Tab")
    expect(page.locator("#saving")).to_have_text("Saved")
    items = office.one(one)["values"]["line_items"]
    assert items[-1]["description"]["value"] == "Envelopes"
    page.get_by_role("button", name="Remove this line").last.press("Enter")
    expect(rows).to_have_count(before)
    page.locator("#item-back").click()
    expect(rows).to_have_count(before + 1)
    assert office.one(one)["values"]["line_items"] == items


def test_it_is_read_again_in_another_way(visit: Visit, alice: Account, office: Office, one: int) -> None:
    """What was corrected stays."""
    office.correct(one, vendor="Corrected")
    page = opened(visit, alice, office, one)
    page.get_by_role("button", name="Read again").click()
    page.locator("#again-recipe").select_option(label="Receipt")
    page.get_by_label("Hebrew").uncheck()
    with page.expect_request("**/read-again/") as asked:
        page.get_by_role("button", name="Read", exact=True).click()
    assert asked.value.post_data_json["languages"] == ["eng"]
    expect(page.locator("#review-status")).to_have_text("Read again.", timeout=MOST)
    expect(page.locator("#field-vendor")).to_have_value("Corrected")
    expect(page.locator("#field-total")).to_have_value("119.00")


def test_it_is_not_read_again_in_no_language(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.get_by_role("button", name="Read again").click()
    page.get_by_label("English").uncheck()
    page.get_by_label("Hebrew").uncheck()
    with requests_to(page, "read-again") as asked:
        page.get_by_role("button", name="Read", exact=True).click()
        expect(page.get_by_label("German").or_(page.get_by_label("English")).first).to_be_focused()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#again-dialog")).to_be_hidden()
    assert not asked
    page.get_by_role("button", name="Read again").click()
    expect(page.locator("#again-dialog")).to_be_visible()
    expect(page.locator("#again-recipe option[value=engine-print]")).to_have_count(1)


def test_an_invoice_is_deleted_after_a_question(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.get_by_role("button", name="Delete the invoice").click()
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    assert len(office.rows()) == 1
    page.get_by_role("button", name="Delete the invoice").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    page.wait_for_url(f"**{office.page}")
    assert not office.rows()


def test_two_people_at_once(visit: Visit, alice: Account, office: Office, one: int, bob: Visitor) -> None:
    page = opened(visit, office.join(bob, "editor"), office, one)
    page.locator("#field-vendor").fill("Bob's")
    office.correct(one, vendor="Alice's")
    page.keyboard.press("Tab")
    expect(page.locator("#conflict")).to_contain_text(f"{alice.visitor.name} changed Vendor to “Alice's”")
    expect(page.locator("#conflict")).to_contain_text("You typed “Bob's”")
    assert not serious(page)
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#saving")).to_have_text("Saved")
    assert office.one(one)["vendor"] == "Bob's"

    page.locator("#field-vendor").fill("Bob's again")
    office.correct(one, vendor="Alice's again")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator("#field-vendor")).to_have_value("Alice's again")
    assert office.one(one)["vendor"] == "Alice's again"


def test_somebody_else_confirmed_it(visit: Visit, office: Office, alice: Account, one: int, bob: Visitor) -> None:
    page = opened(visit, office.join(bob, "editor"), office, one)
    page.locator("#field-vendor").fill("Bob's")
    office.visitor.post(f"{office.api}{one}/confirm/", json={"version": office.one(one)["version"]}).raise_for_status()
    page.keyboard.press("Tab")
    expect(page.locator("#conflict")).to_contain_text("The invoice is now: Confirmed")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#field-vendor")).to_have_value("Bob's")
    expect(page.locator("#review-status")).to_contain_text("confirmed")
    page.locator("#take-back").click()
    expect(page.locator("#confirm-btn")).to_be_visible()


def test_without_a_network_nothing_typed_is_lost(visit: Visit, alice: Account, office: Office, one: int) -> None:
    page = opened(visit, alice, office, one)
    page.context.set_offline(True)
    page.locator("#field-vendor").fill("Typed on a train")
    page.keyboard.press("Tab")
    expect(page.locator("#saving")).to_contain_text("Not saved yet")
    asks_before_leaving(page)
    page.context.set_offline(False)
    expect(page.locator("#saving")).to_have_text("Saved", timeout=30_000)
    assert office.one(one)["vendor"] == "Typed on a train"


def test_a_reader_sees_and_changes_nothing(visit: Visit, office: Office, one: int, bob: Visitor) -> None:
    reader = office.join(bob, "reader")
    page = visit(office.page, reader)
    expect(page.locator(".invoices-table tbody tr")).to_have_count(1)
    expect(page.locator("#invoice-upload")).to_have_count(0)
    with page.expect_download():
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="CSV").click()
    page = opened(visit, reader, office, one)
    expect(page.locator("#field-total")).to_have_value("119.00")
    expect(page.locator("#field-total")).not_to_be_editable()
    expect(page.locator("#confirm-btn")).to_have_count(0)


def test_what_stands_out_is_dismissed_and_brought_back(visit: Visit, alice: Account, office: Office) -> None:
    page = visit(office.page, alice)
    drop(page, file("1.pdf", pdf("2024-117")), file("2.pdf", pdf("2024-117", "Copy")))
    anomaly = page.locator(".anomaly").first
    expect(anomaly).to_contain_text("same", timeout=MOST)
    expect(page.locator(".mark-anomaly").first).to_be_visible()
    anomaly.get_by_role("button", name="Not an anomaly").press("Enter")
    expect(page.locator(".mark-anomaly")).to_have_count(0)
    expect(page.locator(".anomaly").first.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".mark-anomaly").first).to_be_visible()


def test_choices_stand_in_the_address(visit: Visit, alice: Account, office: Office) -> None:
    page = visit(office.page, alice)
    drop(page, file("1.pdf", pdf("2024-117")), file("2.pdf", pdf("2024-118", total="219.00")))
    page.locator("#filter-q").press_sequentially("2024-118")
    expect(page.locator(".invoices-table tbody tr")).to_have_count(1)
    assert "q=2024-118" in page.url
    expect(page.locator("#filter-q")).to_be_focused()
    page.reload()
    expect(page.locator(".invoices-table tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".invoices-table tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Total").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Total")
    expect(page.locator(".cell-number").first).to_have_text("2024-117")
    page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_count(0)


def test_thousands_of_files_go_in_several_requests(visit: Visit, alice: Account, office: Office) -> None:
    page = visit(office.page, alice)
    sizes = page.evaluate(
        """async () => {
          const { batches } = await import('/static/recto/invoice-upload.js');
          const [small, large, medium] = [{ size: 10 }, { size: 47 * 2 ** 20 }, { size: 2 * 2 ** 20 }];
          const files = [...Array(450).fill(small), large, medium];
          return batches(files).map((group) => group.length);
        }"""
    )
    assert sizes == [200, 200, 51, 1]


def test_a_request_that_was_not_answered_is_sent_again(visit: Visit, alice: Account, office: Office) -> None:
    """The answer gets lost, not the files: they are not read twice."""
    page = visit(office.page, alice)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/process-invoices/", lose)
    page.set_input_files("#invoice-upload", [file("1.pdf", pdf("2024-117"))])
    expect(page.locator("#sending")).to_have_attribute("data-state", "over", timeout=MOST)
    assert lost == [202]
    expect(page.locator(".invoices-table tbody tr")).to_have_count(1, timeout=MOST)
    assert len(alice.visitor.get("/api/jobs/").json()["results"]) >= 1
    assert len({row["task_id"] for row in office.rows()}) == 1


@pytest.mark.parametrize("language", ["en-GB", "he-IL"])
def test_on_a_phone(visit: Visit, alice: Account, office: Office, one: int, language: str) -> None:
    page = opened(visit, alice, office, one, viewport=NARROW, locale=language, has_touch=True)
    assert sideways(page) <= 0
    assert not serious(page)
    page.goto(office.page)
    assert sideways(page) <= 0
    assert not serious(page)
