"""X-Session-Token: Django sends a one-minute handle, FastAPI asks Django whose it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from django_app.imaging.client import ImagingClient, ImagingError
from django_app.users import tokens
from tests.conftest import run_engine


@pytest.fixture(scope="module")
def engine_beside_django(live_server: Any, media_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_engine(live_server.url, media_root, tmp_path_factory.mktemp("engine") / "log") as url:
        yield url


@pytest.fixture
def by_session(engine_beside_django: str) -> Iterator[str]:
    with override_settings(FASTAPI_URL=engine_beside_django, PROXY_CREDENTIAL="session"):
        yield engine_beside_django


def image(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("page.png", content, "image/png")


def test_it_works(by_session: str, alice: Any, page_image: bytes) -> None:
    processed = ImagingClient(alice).auto_process(image(page_image))
    assert processed.media_type == "image/png"
    assert ImagingClient(alice).info()["languages"]


def test_keys_come_from_the_running_django(by_session: str, alice: Any) -> None:
    with override_settings(PROXY_CREDENTIAL="jwt"):
        assert ImagingClient(alice).info()["languages"]


def test_who_was_sent_away(by_session: str, alice: Any, page_image: bytes) -> None:
    handle = tokens.session_handle(alice)
    assert info(by_session, handle).status_code == 200
    alice.is_active = False
    alice.save()
    assert info(by_session, handle).status_code == 401


def test_forged_handles(by_session: str, alice: Any) -> None:
    handle = tokens.session_handle(alice)
    for bad in ("x", handle[:-1], f"{handle}/../../healthz", "../healthz"):
        assert info(by_session, bad).status_code == 401


def info(url: str, handle: str) -> requests.Response:
    return requests.get(f"{url}/api/images/info", headers={"X-Session-Token": handle}, timeout=10)


def test_django_is_down(alice: Any, media_root: Path, tmp_path: Path, page_image: bytes) -> None:
    with run_engine("http://127.0.0.1:9", media_root, tmp_path / "log") as url:
        for credential in ("session", "jwt"):
            with override_settings(FASTAPI_URL=url, PROXY_CREDENTIAL=credential):
                with pytest.raises(ImagingError) as refusal:
                    ImagingClient(alice).auto_process(image(page_image))
            assert (refusal.value.status, refusal.value.code) == (503, "auth_unavailable")
            assert refusal.value.retry_after
