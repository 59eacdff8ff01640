import errno
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from django_app.config.storage import MediaFolder
from django_app.pages.models import Page, PageVersion

URL = "/api/documents/"
JSON = "application/json"


@pytest.fixture
def one(document: Any) -> str:
    return f"{URL}{document.pk}/"


@pytest.fixture
def upload(page_image: bytes) -> Callable[..., SimpleUploadedFile]:
    def make(content: bytes = page_image, name: str = "recto 1.png") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    return make


def test_create_and_list(as_bob: Client, project: Any) -> None:
    made = as_bob.post(URL, {"name": "Ledger", "project": project.pk}, JSON)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["url"], shown["page_count"], shown["role"]) == (f"/documents/{shown['id']}/", 0, "editor")
    assert as_bob.get(URL).json()["results"] == [shown]


def test_create_where_one_may_not(as_charlie: Client, as_reader: Client, project: Any) -> None:
    assert as_charlie.post(URL, {"name": "Ledger", "project": project.pk}, JSON).status_code == 422
    assert as_reader.post(URL, {"name": "Ledger", "project": project.pk}, JSON).status_code == 403


def test_detail_rename_delete(as_bob: Client, one: str, page: Any) -> None:
    assert as_bob.get(one).json()["page_count"] == 1
    assert as_bob.patch(one, {"name": "Day book"}, JSON).json()["name"] == "Day book"
    assert as_bob.patch(one, {"name": ""}, JSON).status_code == 422
    assert as_bob.delete(one).status_code == 204
    assert as_bob.delete(one).status_code == 404


def test_a_document_stays_in_its_project(as_bob: Client, one: str, project: Any, charlie: Any) -> None:
    elsewhere = charlie.memberships.get().project
    assert as_bob.patch(one, {"project": elsewhere.pk}, JSON).json()["project"] == project.pk


def test_upload(as_bob: Client, bob: Any, one: str, upload: Any, engine: str, media_root: Any) -> None:
    answer = as_bob.post(one + "pages/", {"file": upload(name="recto 1.php")})
    assert answer.status_code == 201
    (page,) = answer.json()["pages"]
    assert (page["number"], page["name"], page["url"]) == (1, "recto 1", f"/documents/{page['document']}/pages/1/")
    version = page["current"]
    assert (version["width"], version["height"], version["is_original"], version["by"]) == (300, 400, True, "bob")
    assert page["versions"] == [version]
    assert as_bob.get(version["image"]).status_code == 200
    key = PageVersion.objects.get(pk=version["id"]).key
    assert re.fullmatch(r"originals/[0-9a-f]{32}\.png", key)  # after what it is, nothing of what it was called
    assert (media_root / key).stat().st_mode & 0o777 == 0o644


def test_a_file_of_many_pages(as_bob: Client, one: str, upload: Any, engine: str) -> None:
    file = io.BytesIO()
    frames = [Image.new("L", (90, 60 + 10 * number), 200) for number in range(3)]
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    answer = as_bob.post(one + "pages/", {"file": upload(file.getvalue(), "roll.tif")})
    pages = answer.json()["pages"]
    assert [(page["number"], page["name"], page["current"]["height"]) for page in pages] == [
        (1, "roll 1", 60),
        (2, "roll 2", 70),
        (3, "roll 3", 80),
    ]
    assert as_bob.get(pages[2]["thumbnail"])["Content-Type"] == "image/jpeg"
    assert as_bob.get(pages[2]["current"]["image"])["Content-Type"] == "image/jpeg"
    whole = as_bob.get(pages[2]["current"]["image"] + "?download=1")
    assert whole["Content-Type"] == "image/tiff"


@pytest.mark.parametrize("content", [b"<svg/>", b""], ids=["svg", "empty"])
def test_refused_file(as_bob: Client, one: str, upload: Any, engine: str, media_root: Any, content: bytes) -> None:
    before = set((media_root / "originals").iterdir()) if (media_root / "originals").exists() else set()
    answer = as_bob.post(one + "pages/", {"file": upload(content, "drawing.png")})
    assert answer.status_code == 415
    assert answer.json()["code"] == "not_an_image"
    assert answer.json()["detail"]
    assert set((media_root / "originals").iterdir()) == before
    assert not Page.objects.exists()


def test_engine_is_down(as_bob: Client, one: str, upload: Any) -> None:
    answer = as_bob.post(one + "pages/", {"file": upload()})
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
    assert answer["Retry-After"]
    assert not Page.objects.exists()


def test_too_many_bytes(as_bob: Client, one: str, upload: Any, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    answer = as_bob.post(one + "pages/", {"file": upload()})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")


def test_the_disk_is_full(
    as_bob: Client, one: str, upload: Any, media_root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage is replaced: it takes a few bytes, then no more."""

    def full(storage: MediaFolder, name: str, content: Any) -> str:
        path = Path(storage.path(name))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"partial")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(MediaFolder, "_save", full)
    answer = as_bob.post(one + "pages/", {"file": upload()})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert not [path for path in media_root.rglob("originals/*") if path.read_bytes() == b"partial"]


def test_upload_of_nothing(as_bob: Client, one: str, engine: str) -> None:
    assert as_bob.post(one + "pages/", {}).status_code == 422
    assert as_bob.post(one + "pages/", {"file": SimpleUploadedFile("x.png", b"")}).status_code == 415
    assert as_bob.post(one + "pages/", {"file": 1}, JSON).status_code == 415


def test_upload_twice_with_one_key(as_bob: Client, one: str, upload: Any, engine: str) -> None:
    key = {"Idempotency-Key": "u1"}
    first = as_bob.post(one + "pages/", {"file": upload()}, headers=key)
    assert as_bob.post(one + "pages/", {"file": upload()}, headers=key).json() == first.json()
    assert Page.objects.count() == 1
    assert as_bob.post(one + "pages/", {"file": upload(b"other")}, headers=key).status_code == 422


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd.png", "passwd"), ("C:\\x\\דף.jpg", "דף"), (".png", ".png"), ("a" * 250, "a" * 200)],
)
def test_names(as_bob: Client, one: str, upload: Any, engine: str, given: str, kept: str) -> None:
    assert as_bob.post(one + "pages/", {"file": upload(name=given)}).json()["pages"][0]["name"] == kept


def test_pages_in_constant_queries(
    as_bob: Client, one: str, add_page: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        add_page(str(number))
    with django_assert_max_num_queries(7):
        listed = as_bob.get(one + "pages/").json()
    assert [page["number"] for page in listed["results"]] == list(range(1, 9))


def test_order(as_bob: Client, one: str, document: Any, add_page: Callable[..., Any]) -> None:
    a, b, c = (add_page(name) for name in "abc")
    assert as_bob.post(one + "order/", {"pages": [c.pk, a.pk, b.pk]}, JSON).status_code == 200
    assert list(document.pages.values_list("name", flat=True)) == ["c", "a", "b"]


def test_bad_order(as_bob: Client, one: str, document: Any, add_page: Callable[..., Any], project: Any) -> None:
    a, b = add_page("a"), add_page("b")
    other = add_page("x", to=project.documents.create(name="Other"))
    for bad in ([a.pk], [a.pk, a.pk], [a.pk, b.pk, b.pk], [a.pk, other.pk], ["x"], "x", None):
        assert as_bob.post(one + "order/", {"pages": bad}, JSON).status_code == 422
    assert list(document.pages.values_list("name", flat=True)) == ["a", "b"]
