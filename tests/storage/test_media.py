"""Media in a bucket: it is the truth, each machine's folder holds copies, and nothing half is ever seen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from django_app.config import copies
from django_app.config.storage import StorageAwayError, media
from django_app.jobs.check import findings
from django_app.pages.models import Page
from tests.conftest import ROOT, draw_page
from tests.storage.conftest import files
from tests.storage.server import Bucket
from tests.waiting import until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("web")]

Elsewhere = Callable[[], Any]
SETTLED = timedelta(seconds=-2)  # also what is of this second: the server's clock has no parts of one
LARGE = os.urandom(3 * 1024 * 1024)


@pytest.fixture
def pages_url(document: Any) -> str:
    return f"/api/documents/{document.pk}/pages/"


@pytest.fixture
def uploaded(as_bob: Client, pages_url: str, engine_beside: str) -> Page:
    """A page that came in through the web machine."""
    answer = as_bob.post(pages_url, {"file": SimpleUploadedFile("recto 1.png", draw_page())})
    assert answer.status_code == 201, answer.content
    return Page.objects.get()


@pytest.fixture
def engine_beside(engine: str) -> str:
    """The engine that all tests share has another media folder than these machines: whatever it reads, it fetches."""
    return engine


def image_of(page: Page) -> str:
    return f"/versions/{page.current_id}/image"


def test_it_works(as_bob: Client, uploaded: Page, bucket: Bucket, web: Path) -> None:
    key = uploaded.original.key
    assert key.startswith("originals/")
    assert key.endswith(".png")
    assert bucket.keys() == [key]
    assert bucket.read(key) == (web / key).read_bytes() == draw_page()
    assert files(web) == [key]
    answer = as_bob.get(image_of(uploaded))
    assert (answer.status_code, answer["X-Accel-Redirect"]) == (200, f"/internal-media/{key}")


def test_another_machine(as_bob: Client, uploaded: Page, elsewhere: Elsewhere) -> None:
    with elsewhere() as folder:
        assert as_bob.get(image_of(uploaded)).status_code == 200
        assert files(folder) == [uploaded.original.key]
        assert (folder / uploaded.original.key).read_bytes() == draw_page()


def test_a_stranger_makes_nobody_fetch(as_charlie: Client, uploaded: Page, elsewhere: Elsewhere) -> None:
    with elsewhere() as folder:
        assert as_charlie.get(image_of(uploaded)).status_code == 404
        assert files(folder) == []


def test_an_engine_elsewhere(as_bob: Client, uploaded: Page, web: Path) -> None:
    answer = as_bob.get(f"/versions/{uploaded.current_id}/thumbnail")
    assert answer.status_code == 200
    assert (web / answer["X-Accel-Redirect"].removeprefix("/internal-media/")).exists()


def test_a_token_says_where(as_bob: Client, uploaded: Page, bucket: Bucket) -> None:
    token = as_bob.get(f"/api/get-fastapi-token?page={uploaded.pk}").json()["access"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["url"].startswith(f"{bucket.endpoint}/{bucket.name}/{uploaded.original.key}?")
    assert "X-Amz-Expires=300" in claims["url"]
    assert "vellum" not in claims["url"]


def test_refused_file(as_bob: Client, pages_url: str, engine_beside: str, bucket: Bucket, web: Path) -> None:
    answer = as_bob.post(pages_url, {"file": SimpleUploadedFile("page.png", b"<svg/>")})
    assert (answer.status_code, answer.json()["code"]) == (415, "not_an_image")
    assert bucket.keys() == files(web) == []


def test_a_missing_object(as_bob: Client, uploaded: Page, bucket: Bucket, elsewhere: Elsewhere) -> None:
    bucket.remove(uploaded.original.key)
    with elsewhere() as folder:
        answer = as_bob.get(image_of(uploaded))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert files(folder) == []
    assert [each.words for each in findings()] == [f"a page's file is missing: {uploaded.original.key}"]


def test_away(as_bob: Client, uploaded: Page, pages_url: str, bucket: Bucket, elsewhere: Elsewhere) -> None:
    as_bob.raise_request_exception = False
    bucket.wire.cut()
    with elsewhere() as folder:
        sent = as_bob.post(pages_url, {"file": SimpleUploadedFile("b.png", draw_page())})
        shown = as_bob.get(image_of(uploaded))
        ready = as_bob.get("/readyz")
        assert files(folder) == []
        bucket.wire.mend()
        assert as_bob.get("/readyz").status_code == 200
        assert as_bob.get(image_of(uploaded)).status_code == 200
    for answer in (sent, shown):
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "storage_away", "5")
        assert answer["Content-Type"] == "application/problem+json"
    assert (ready.status_code, ready.json()["detail"]) == (503, "The bucket of the images does not answer.")
    assert Page.objects.count() == 1
    assert bucket.keys() == [uploaded.original.key]


def test_what_is_here_is_shown_meanwhile(as_bob: Client, uploaded: Page, bucket: Bucket) -> None:
    bucket.wire.cut()
    assert as_bob.get(image_of(uploaded)).status_code == 200


@pytest.mark.parametrize("is_away", [False, True], ids=["there", "away"])
def test_delete(
    as_bob: Client,
    uploaded: Page,
    bucket: Bucket,
    web: Path,
    is_away: bool,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """What the bucket did not hear is an orphan, which `check` removes."""
    key = uploaded.original.key
    if is_away:
        bucket.wire.cut()
    with django_capture_on_commit_callbacks(execute=True):
        assert as_bob.delete(f"/api/pages/{uploaded.pk}/").status_code == 204
    bucket.wire.mend()
    assert bucket.keys() == [key] * is_away
    call_command("sanity", "--mend", "--settled", "0")
    assert bucket.keys() == files(web) == []


def test_check_while_away(bucket: Bucket) -> None:
    bucket.wire.cut()
    with pytest.raises(CommandError, match=r"does not answer\. Try again later\."):
        call_command("sanity", "--mend")


def test_there_is_no_bucket(client: Client, bucket: Bucket) -> None:
    bucket.client.delete_bucket(Bucket=bucket.name)
    assert client.get("/readyz").json()["detail"] == "There is no bucket for the images."
    with pytest.raises(StorageAwayError):
        media.local("originals/a.png")
    with pytest.raises(StorageAwayError):
        media.save("originals/a.png", ContentFile(b"page"))


def test_the_list_is_longer_than_a_page(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server answers with so many keys at a time, Amazon's with a thousand."""
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    keys = [f"exports/{number}.zip" for number in range(8)]
    for key in keys:
        bucket.put(key, b"")
    assert [each.words for each in findings(SETTLED)] == [f"no row names the file {key}" for key in keys]
    assert not list(findings())


def test_an_upload_without_an_end(bucket: Bucket) -> None:
    bucket.client.create_multipart_upload(Bucket=bucket.name, Key="exports/half.zip")
    (found,) = findings(SETTLED)
    assert found.words == "half an upload: exports/half.zip"
    assert found.mend is not None
    found.mend()
    assert not list(findings(SETTLED))


def test_an_answer_that_breaks_off(bucket: Bucket, web: Path) -> None:
    bucket.put("versions/large.png", LARGE)
    bucket.wire.hold_after(2 * 1024 * 1024)
    with bucket.wire.cut_when_held(), pytest.raises(StorageAwayError):
        media.local("versions/large.png")
    assert files(web) == []
    bucket.wire.mend()
    assert media.local("versions/large.png").read_bytes() == LARGE


def test_a_killed_fetch(bucket: Bucket, web: Path) -> None:
    """What it leaves is nothing that anybody takes for a file, and goes after a day, or with `check` after an hour."""
    bucket.put("versions/large.png", LARGE)
    bucket.wire.hold_after(2 * 1024 * 1024)
    script = "from django_app.config.storage import media; media.local(%r)"
    environment = os.environ | bucket.environment
    environment |= {"RECTO_MEDIA_ROOT": str(web), "DJANGO_SETTINGS_MODULE": "django_app.config.settings"}
    command = [sys.executable, "-c", script % "versions/large.png"]
    with subprocess.Popen(command, cwd=ROOT, env=environment | {"RECTO_SECRET_KEY": "x"}) as process:
        until(lambda: (bucket.wire.held.is_set() and files(web)) or process.poll() is not None, seconds=100)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    (half,) = files(web)
    assert half.endswith(".part")
    bucket.wire.mend()
    assert media.local("versions/large.png").read_bytes() == LARGE
    os.utime(web / half, (time.time() - 2 * copies.FORGOTTEN,) * 2)
    copies.trim(web, most=10**9)
    assert files(web) == ["versions/large.png"]


def test_a_large_file_goes_up_in_parts(bucket: Bucket) -> None:
    content = LARGE * 6
    key = media.save("exports/large.zip", ContentFile(content))
    assert bucket.read(key) == content
    assert bucket.client.head_object(Bucket=bucket.name, Key=key)["ETag"].endswith('-3"')


def aged(path: Path, seconds: float) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_old_copies_go(bucket: Bucket, web: Path) -> None:
    keys = [media.save(f"versions/{number}.png", ContentFile(bytes(1000))) for number in range(4)]
    in_use, recent, older, oldest = (web / key for key in keys)
    aged(recent, copies.IN_USE + 60)
    aged(older, copies.IN_USE + 120)
    aged(oldest, copies.IN_USE + 180)
    before = web / "originals" / "from before the bucket.png"
    before.parent.mkdir()
    before.write_bytes(bytes(1000))
    aged(before, 10 * copies.FORGOTTEN)
    copies.trim(web, most=2500)
    assert [path.exists() for path in (in_use, recent, older, oldest, before)] == [True, True, False, False, True]
    copies.trim(web, most=0)
    assert [path.exists() for path in (in_use, recent, before)] == [True, False, True]
    assert media.local(keys[3]).read_bytes() == bytes(1000)


def test_a_day_is_the_most(web: Path) -> None:
    path = web / media.save("versions/1.png", ContentFile(b"page"))
    aged(path, copies.FORGOTTEN - 60)
    copies.trim(web, most=10**9)
    assert path.exists()
    aged(path, copies.FORGOTTEN + 60)
    copies.trim(web, most=10**9)
    assert not path.exists()


def test_use_keeps_a_copy(web: Path) -> None:
    key = media.save("versions/1.png", ContentFile(b"page"))
    for use in (media.local, lambda key: media.link(key, 300)):
        aged(web / key, 10 * copies.FORGOTTEN)
        use(key)
        copies.trim(web, most=0)
        assert (web / key).exists()


@pytest.mark.parametrize("key", ["../secret", "originals/../../secret", "/etc/passwd"])
def test_no_key_leads_out(web: Path, key: str) -> None:
    with pytest.raises(Exception, match="outside"):
        media.local(key)
