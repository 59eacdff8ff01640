"""A ZIP at the door of a document, and what an export made, to be fetched."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from django_app.jobs.models import Job


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def upload(client: Client, document: Any, content: bytes) -> Any:
    file = SimpleUploadedFile("pages.zip", content)
    return client.post(f"/api/documents/{document.pk}/pages/", {"file": file})


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("page.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def encrypted(page: bytes) -> bytes:
    """Only said to be, in both headers."""
    content = bytearray(zipped(("page.png", page)))
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    return bytes(content)


def large_directory() -> bytes:
    return b"PK\x03\x04" + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, 2**31, 4, 0)


def test_it_works(as_bob: Client, document: Any, page_image: bytes, media_root: Path) -> None:
    answer = upload(as_bob, document, zipped(("2.png", page_image), ("10.png", page_image)))
    assert answer.status_code == 202
    body = answer.json()
    assert (body["kind"], body["total"], body["document"]) == ("import", 2, document.pk)
    assert [item["name"] for item in body["items"]] == ["2.png", "10.png"]
    assert answer["Location"] == f"/api/jobs/{body['id']}/"
    assert (media_root / Job.objects.get().params["file"]).exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda page: zipped(("../../etc/passwd", page)), "leads out"),
        (lambda page: zipped(("/tmp/page.png", page)), "leads out"),
        (lambda page: zipped(("..\\page.png", page)), "leads out"),
        (lambda page: zipped((link(), b"/etc/passwd")), "link"),
        (encrypted, "encrypted"),
        (lambda page: zipped(("more.zip", zipped(("1.png", page)))), "archive within"),
        (lambda page: zipped(("bomb.png", bytes(30_000_000)), method=zipfile.ZIP_DEFLATED), "packed too well"),
        (lambda page: zipped(("huge.png", bytes(70_000_000)), method=zipfile.ZIP_DEFLATED), "too large"),
        (lambda page: large_directory(), "too many files"),
        (lambda page: zipped(), "no file"),
        (lambda page: zipped(*[(f"{number}.png", b"") for number in range(2001)]), "too many files"),
        (lambda page: b"PK\x03\x04 and nothing more", "broken"),
        (lambda page: zipped(("1.png", page))[:-5], "broken"),
    ],
)
def test_hostile_archives(
    as_alice: Client, document: Any, page_image: bytes, content: Callable[[bytes], bytes], reason: str
) -> None:
    answer = upload(as_alice, document, content(page_image))
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]
    assert not Job.objects.exists()


def test_reasons_stand_beside_their_files(as_alice: Client, document: Any, page_image: bytes) -> None:
    answer = upload(as_alice, document, zipped(("1.png", page_image), ("in/2.7z", page_image)))
    (reason,) = answer.json()["errors"]
    assert reason["loc"] == ["file", "in/2.7z"]


# --- Export --------------------------------------------------------------------------------------------------------


@pytest.fixture
def exported(page: Any, alice: Any, media_root: Path) -> Job:
    document = page.document
    params = {"format": "images", "pages": [page.pk]}
    job = Job.objects.start(
        "export", project=document.project, document=document, params=params, names=["Notebook"], by=alice
    )
    key = f"exports/{job.pk}.zip"
    (media_root / "exports").mkdir(exist_ok=True)
    (media_root / key).write_bytes(b"the archive")
    job.items.update(state="done", file=key)
    return job


def test_download(as_bob: Client, exported: Job) -> None:
    url = as_bob.get(f"/api/jobs/{exported.pk}/").json()["result"]
    answer = as_bob.get(url)
    assert answer["X-Accel-Redirect"] == f"/internal-media/exports/{exported.pk}.zip"
    assert answer["Content-Disposition"] == 'attachment; filename="Notebook.zip"'
    assert answer["Content-Type"] == "application/zip"


def test_download_of_what_is_not_there(as_alice: Client, exported: Job) -> None:
    exported.items.update(state="running")
    assert as_alice.get(f"/jobs/{exported.pk}/download/").status_code == 404
    assert as_alice.get(f"/api/jobs/{exported.pk}/").json()["result"] is None


def test_start_of_an_export(as_bob: Client, document: Any, add_page: Callable[..., Any]) -> None:
    pages = [add_page(), add_page()]
    body = {"kind": "export", "format": "images", "pages": [pages[1].pk]}
    answer = as_bob.post(f"/api/documents/{document.pk}/jobs/", body, content_type="application/json")
    assert answer.status_code == 202
    job = Job.objects.get()
    assert (job.items.count(), job.params) == (1, {"format": "images", "pages": [pages[1].pk]})


@pytest.mark.parametrize("body", [{"kind": "export", "format": "exe"}, {"kind": "export"}, {"kind": "import"}])
def test_bad_input(as_bob: Client, document: Any, page: Any, body: dict[str, str]) -> None:
    answer = as_bob.post(f"/api/documents/{document.pk}/jobs/", body, content_type="application/json")
    assert answer.status_code == 422
    assert not Job.objects.exists()
