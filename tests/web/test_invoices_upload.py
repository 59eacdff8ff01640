"""POST process-invoices/, GET ocr-status/, ocr-check-task/, ocr-download/, POST ocr-cancel/: the doors of a task."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_app.invoices.models import Invoice
from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from tests.web.invoices import READ

pytestmark = pytest.mark.django_db

File = tuple[str, bytes]


def zipped(*members: File) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def upload(client: Client, project: Any, *files: File, headers: Any = None, **fields: Any) -> Any:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"/api/projects/{project.pk}/process-invoices/", {"files": uploads, **fields}, headers=headers)


def get(client: Client, project: Any, what: str, task: Any, **query: Any) -> Any:
    return client.get(f"/api/projects/{project.pk}/ocr-{what}/{task}/", query)


def stored(media_root: Path) -> set[str]:
    return {path.name for path in (media_root / "imports").glob("*")}


@pytest.fixture
def task(project: Any, alice: Any) -> Job:
    items = [JobItem(name=name, source="imports/none") for name in ("1.png", "2.pdf")]
    return Job.objects.start("invoices", project=project, params={}, items=items, by=alice)


# --- Uploading -----------------------------------------------------------------------------------------------------


def test_it_works(as_bob: Client, project: Any, page_image: bytes, media_root: Path, bob: Any) -> None:
    before = stored(media_root)
    answer = upload(as_bob, project, ("a.png", page_image), ("b.png", page_image))
    assert answer.status_code == 202, answer.content
    job = Job.objects.get()
    assert answer.json() == {"task_id": str(job.pk), "files": 2}
    assert answer["Location"] == f"/api/projects/{project.pk}/ocr-status/{job.pk}/"
    assert (job.kind, job.created_by, job.params) == ("invoices", bob, {"languages": ["eng", "heb"]})
    assert [(item.name, item.state) for item in job.items.all()] == [("a.png", "queued"), ("b.png", "queued")]
    assert {Path(item.source).name for item in job.items.all()} == stored(media_root) - before
    assert job.document is not None
    assert job.document.name.startswith("Invoices, ")


def test_members_of_an_archive_are_files(as_alice: Client, project: Any, page_image: bytes) -> None:
    archive = zipped(("sub/10.png", page_image), ("sub/2.png", page_image), ("__MACOSX/x", b""))
    answer = upload(as_alice, project, ("all.zip", archive), ("c.png", page_image))
    assert answer.json()["files"] == 3
    items = list(Job.objects.get().items.all())
    assert [item.name for item in items] == ["sub/2.png", "sub/10.png", "c.png"]
    assert items[0].source == items[1].source != items[2].source


@pytest.mark.parametrize(
    ("name", "content", "code", "reason"),
    [
        ("../../etc/passwd", None, "archive_refused", "leads out of the archive"),
        ("inner.zip", None, "archive_refused", "archive within the archive"),
        ("bomb.png", bytes(20_000_000), "archive_refused", "packed too well"),
    ],
)
def test_a_bad_file_of_an_archive_has_its_reason_and_the_others_go_on(
    as_alice: Client, project: Any, page_image: bytes, name: str, content: bytes | None, code: str, reason: str
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content or page_image)
        archive.writestr("good.png", page_image)
    task = upload(as_alice, project, ("all.zip", out.getvalue())).json()["task_id"]
    files = get(as_alice, project, "check-task", task).json()["files"]
    states = {file["name"].rpartition("/")[2]: file for file in files}
    bad = states[name.rpartition("/")[2]]
    assert (bad["state"], bad["error"]["code"]) == ("failed", code)
    assert reason in bad["error"]["detail"]
    assert states["good.png"]["state"] == "queued"


def test_a_broken_archive_is_one_refused_file(as_alice: Client, project: Any, page_image: bytes) -> None:
    task = upload(as_alice, project, ("x.zip", b"PK\x03\x04 and nothing"), ("a.png", page_image)).json()["task_id"]
    broken, good = get(as_alice, project, "check-task", task).json()["files"]
    assert (broken["name"], broken["state"], broken["error"]["code"]) == ("x.zip", "failed", "archive_refused")
    assert good["state"] == "queued"


def test_an_upload_of_which_nothing_is_taken_has_ended(
    as_alice: Client, project: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        task = upload(as_alice, project, ("x.zip", b"PK\x03\x04 and nothing")).json()["task_id"]
    facts = get(as_alice, project, "status", task).json()
    assert (facts["status"], facts["progress"]["done"]) == ("failed", 1)
    assert facts["finished_at"]


def test_a_second_request_adds_to_the_task(as_alice: Client, project: Any, page_image: bytes) -> None:
    task = upload(as_alice, project, ("a.png", page_image)).json()["task_id"]
    job = Job.objects.get()
    Job.objects.update(finished_at=job.created_at)
    answer = upload(as_alice, project, ("b.png", page_image), ("c.png", page_image), task_id=task)
    assert answer.json() == {"task_id": task, "files": 2}
    job.refresh_from_db()
    assert [(item.position, item.name) for item in job.items.all()] == [(1, "a.png"), (2, "b.png"), (3, "c.png")]
    assert (job.finished_at, job.queue) == (None, "batch")


def test_nothing_is_added_to_a_cancelled_task_or_a_strangers(
    as_alice: Client, as_charlie: Client, charlie: Any, project: Any, page_image: bytes, media_root: Path, task: Job
) -> None:
    before = stored(media_root)
    other = charlie.owned_projects.get()
    assert upload(as_charlie, other, ("a.png", page_image), task_id=task.pk).status_code == 404
    task.cancel()
    answer = upload(as_alice, project, ("a.png", page_image), task_id=task.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert stored(media_root) == before


def test_thousands_at_once(as_alice: Client, project: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = upload(as_alice, project, *((f"{number}.png", b"%d" % number) for number in range(1200)))
    assert answer.json()["files"] == 1200
    assert len(queries) < 40


def test_more_files_than_one_person_may_have(
    as_alice: Client, project: Any, page_image: bytes, settings: Any, media_root: Path
) -> None:
    settings.JOB_PAGES_PER_USER = 1
    before = stored(media_root)
    answer = upload(as_alice, project, ("a.png", page_image), ("b.png", page_image))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert stored(media_root) == before
    assert not Job.objects.exists()


def test_more_files_than_django_counts(as_alice: Client, project: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = upload(as_alice, project, *((f"{number}.png", b"x") for number in range(3)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_files")
    assert "2 files" in answer.json()["detail"]


def test_more_bytes_than_a_request_takes(as_alice: Client, project: Any, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 5
    answer = upload(as_alice, project, ("a.png", b"1234"), ("b.png", b"1234"))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")
    assert "task_id" in answer.json()["detail"]


@pytest.mark.parametrize("languages", ["deu+eng", ["deu", "eng"], "deu,eng"])
def test_languages(as_alice: Client, project: Any, page_image: bytes, languages: Any) -> None:
    upload(as_alice, project, ("a.png", page_image), languages=languages)
    assert Job.objects.get().params == {"languages": ["deu", "eng"]}


@pytest.mark.parametrize("fields", [{"languages": "../x"}, {"task_id": "seven"}, {"languages": "+".join(["eng"] * 9)}])
def test_bad_parameters(as_alice: Client, project: Any, page_image: bytes, fields: Any) -> None:
    assert upload(as_alice, project, ("a.png", page_image), **fields).status_code == 422
    assert not Job.objects.exists()


def test_no_files(as_alice: Client, project: Any) -> None:
    assert as_alice.post(f"/api/projects/{project.pk}/process-invoices/", {}).status_code == 422
    assert as_alice.post(f"/api/projects/{project.pk}/process-invoices/", {"files": "words"}).status_code == 422


def test_the_same_request_again_is_the_same_task(as_alice: Client, project: Any, page_image: bytes) -> None:
    first = upload(as_alice, project, ("a.png", page_image), headers={"Idempotency-Key": "k"})
    again = upload(as_alice, project, ("a.png", page_image), headers={"Idempotency-Key": "k"})
    assert first.json() == again.json()
    assert Job.objects.count() == 1


# --- Watching ------------------------------------------------------------------------------------------------------


def test_status(as_bob: Client, project: Any, task: Job) -> None:
    JobItem.objects.filter(job=task, position=1).update(state="done")
    facts = get(as_bob, project, "status", task.pk).json()
    assert facts.pop("created_at")
    assert facts == {
        "task_id": str(task.pk),
        "status": "running",
        "progress": {"done": 1, "total": 2, "percent": 50, "stage": "waiting"},
        "started_at": None,
        "finished_at": None,
    }


def test_status_costs_the_same_for_many(as_alice: Client, project: Any, alice: Any) -> None:
    def cost(count: int) -> int:
        items = [JobItem(name=f"{number}.png") for number in range(count)]
        job = Job.objects.start("invoices", project=project, params={}, items=items, by=alice)
        with CaptureQueriesContext(connection) as queries:
            assert get(as_alice, project, "status", job.pk).status_code == 200
            assert get(as_alice, project, "check-task", job.pk).status_code == 200
        return len(queries)

    assert cost(200) == cost(1) < 12


def test_cancel(as_bob: Client, project: Any, task: Job) -> None:
    JobItem.objects.filter(job=task, position=1).update(state="done")
    answer = as_bob.post(f"/api/projects/{project.pk}/ocr-cancel/{task.pk}/")
    assert (answer.status_code, answer.json()) == (200, {"status": "cancelled"})
    assert [item.state for item in task.items.all()] == ["done", "cancelled"]
    assert get(as_bob, project, "status", task.pk).json()["status"] == "cancelled"


def test_what_has_ended_is_not_cancelled(as_bob: Client, project: Any, task: Job) -> None:
    task.items.update(state="done")
    task.finish()
    answer = as_bob.post(f"/api/projects/{project.pk}/ocr-cancel/{task.pk}/")
    assert answer.json() == {"status": "completed"}


def test_download_as_json(as_bob: Client, project: Any, task: Job) -> None:
    Invoice.objects.create(project=project, job=task, item=task.items.first(), name="1.png", read=READ, digest="d")
    body = get(as_bob, project, "download", task.pk).json()
    assert body["task_id"] == str(task.pk)
    (invoice,) = body["invoices"]
    assert (invoice["file"], invoice["pages"], invoice["text"]) == ("1.png", [1, 1], READ["text"])
    total = {"value": "119.00", "raw": "119,00 €", "confidence": 0.9, "page": 1, "box": [500, 700, 90, 20]}
    assert invoice["fields"]["total"] == total | {"corrected": False}
    assert invoice["line_items"][0]["amount"]["value"] == "100.00"


TASK_PATHS = ("status", "check-task", "download", "validation", "anomalies")


def test_another_projects_task_and_another_kind_of_job(
    as_alice: Client, alice: Any, project: Any, task: Job, document: Any, add_page: Callable[..., Any]
) -> None:
    from django_app.projects.models import Project

    other = Project.begin(alice, "Other")
    read = Job.objects.start("read", project=project, params={}, pages=[add_page()], by=alice)
    for what in TASK_PATHS:
        assert get(as_alice, other, what, task.pk).status_code == 404
        assert get(as_alice, project, what, read.pk).status_code == 404
        assert get(as_alice, project, what, 2**70).status_code == 404
    assert as_alice.post(f"/api/projects/{other.pk}/ocr-cancel/{task.pk}/").status_code == 404


def test_with_a_token(as_alice: Client, project: Any, task: Job) -> None:
    access = as_alice.post("/api/token/", {"username": "alice", "password": "alice-password"}).json()["access"]
    answer = get(Client(headers={"Authorization": f"Bearer {access}"}), project, "status", task.pk)
    assert answer.status_code == 200
