"""Files of a version: nginx hands them out, Django says to whom."""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from requests.adapters import HTTPAdapter

from django_app.imaging.client import ImagingClient, default_session
from django_app.pages import files, renditions


@pytest.fixture
def url(page: Any) -> str:
    return f"/versions/{page.current_id}/"


def test_image_works(as_bob: Client, url: str, page: Any) -> None:
    answer = as_bob.get(url + "image")
    assert answer.status_code == 200
    assert answer["X-Accel-Redirect"] == f"/internal-media/{page.current.key}"
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert answer["Content-Disposition"].startswith("inline")


def test_unchanged(as_bob: Client, url: str) -> None:
    etag = as_bob.get(url + "image")["ETag"]
    again = as_bob.get(url + "image", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert "X-Accel-Redirect" not in again


def test_unchanged_is_no_secret_door(as_bob: Client, as_charlie: Client, url: str) -> None:
    etag = as_bob.get(url + "image")["ETag"]
    assert as_charlie.get(url + "image", headers={"If-None-Match": etag}).status_code == 404


@pytest.mark.parametrize(
    ("name", "in_header"),
    [
        ("recto", 'attachment; filename="recto.png"'),
        ('a"b\r\nX: y/../z', 'attachment; filename="a b X y .. z.png"'),
        ("דף", "attachment; filename*=utf-8''%D7%93%D7%A3.png"),
    ],
)
def test_download(as_bob: Client, page: Any, name: str, in_header: str) -> None:
    page.name = name
    page.save()
    assert as_bob.get(f"/versions/{page.current_id}/image?download=1")["Content-Disposition"] == in_header


def test_thumbnail(as_bob: Client, url: str, engine: str, media_root: Path) -> None:
    key = as_bob.get(url + "thumbnail")["X-Accel-Redirect"].removeprefix("/internal-media/")
    with Image.open(media_root / key) as image:
        assert image.format == "JPEG"
        assert max(image.size) <= 400


def test_thumbnail_is_made_once(as_bob: Client, url: str, engine: str, media_root: Path) -> None:
    key = as_bob.get(url + "thumbnail")["X-Accel-Redirect"].removeprefix("/internal-media/")
    made = (media_root / key).stat()
    as_bob.get(url + "thumbnail")
    assert (media_root / key).stat().st_ino == made.st_ino


def test_tiles(as_bob: Client, url: str, engine: str, media_root: Path) -> None:
    dzi = as_bob.get(url + "tiles/page.dzi")
    assert dzi["Content-Type"] == "application/xml"
    assert b'Width="300"' in path_of(dzi, media_root).read_bytes()
    tile = as_bob.get(url + "tiles/page_files/9/0_0.jpg")
    assert tile["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(path_of(tile, media_root).read_bytes())) as image:
        assert image.size == (300, 400)


def path_of(answer: Any, media_root: Path) -> Path:
    return media_root / answer["X-Accel-Redirect"].removeprefix("/internal-media/")


@pytest.mark.parametrize(
    "bad", ["page_files/9/../../x.jpg", "page_files/9/0_0.png", "page_files/x/0_0.jpg", "other.dzi"]
)
def test_no_such_tile(as_bob: Client, url: str, bad: str) -> None:
    assert as_bob.get(url + "tiles/" + bad).status_code == 404


def test_many_ask_at_once(page: Any, alice: Any, engine: str, media_root: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: renditions.tiles(page.current, ImagingClient(alice)), range(4)))
    assert len(folders) == 1
    beside = {path.name for path in folders.pop().parent.iterdir()}
    assert beside == {"tiles", ".tiles.lock"}


def test_engine_is_down(as_bob: Client, url: str) -> None:
    answer = as_bob.get(url + "thumbnail")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["thumbnail", "tiles/page.dzi"])
def test_the_page_is_deleted_while_it_is_made(as_bob: Client, url: str, page: Any, engine: str, kind: str) -> None:
    class Late(HTTPAdapter):
        """The engine's answer arrives after the page was deleted."""

        def send(self, *args: Any, **kwargs: Any) -> Any:
            answer = super().send(*args, **kwargs)
            shutil.rmtree(files.cache_folder(page.current_id))
            return answer

    default_session().mount(engine, Late())
    try:
        assert as_bob.get(url + kind).status_code == 404
    finally:
        del default_session().adapters[engine]
