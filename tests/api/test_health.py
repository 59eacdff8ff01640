"""Alive, ready, documented; and the log line that every request leaves."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from fastapi_app import logs
from fastapi_app.settings import Settings
from tests.api.service import Service, running, text_page


@pytest.mark.parametrize("path", ["/healthz", "/health", "/ping", "/version", "/api/images/health"])
def test_alive(service: Service, path: str) -> None:
    answer = service.http.get(path)
    assert answer.status_code == 200
    assert float(answer.headers["x-process-time"]) >= 0


def test_ready(service: Service) -> None:
    answer = service.http.get("/readyz")
    assert answer.status_code == 200
    assert {"eng", "heb"} <= set(answer.json()["checks"]["tesseract"]["languages"])


def test_not_ready_without_redis(media: Path) -> None:
    with running(media, redis_url="redis://127.0.0.1:9/0") as service:
        answer = service.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["redis"] == {"ok": False, "reason": "Redis does not answer."}


@pytest.mark.parametrize("prefix", ["/api/", "/api/fastapi/"])
def test_docs_work_wherever_they_are_mounted(service: Service, prefix: str) -> None:
    """Every address on the page is relative: resolved under the public prefix it lands on a file that is there."""
    page = service.http.get("/api/docs")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style| style=|https?:", page.text)
    for address in [*re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text), "openapi.json"]:
        public = urljoin(f"{prefix}docs", address)
        assert public.startswith(prefix)
        assert service.http.get("/api/" + public.removeprefix(prefix)).status_code == 200


def test_schema_names_the_endpoints(service: Service) -> None:
    schema = service.http.get("/api/openapi.json").json()
    for path in ("/images/binarize", "/images/auto-process", "/images/info", "/ocr"):
        assert path in schema["paths"]
    assert schema["servers"] == [{"url": "."}]
    parameters = {each["name"] for each in schema["paths"]["/images/auto-process"]["post"]["parameters"]}
    assert {"recipe", "deskew", "output_format", "return_json"} <= parameters


@pytest.fixture
def log_as_before() -> Iterator[None]:
    """The log goes to the stderr of its time; the test's own is gone after it."""
    yield
    logs.configure(Settings(log_level="ERROR"))


@pytest.mark.usefixtures("log_as_before")
def test_log_line(media: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with running(media, log_level="INFO") as service:
        files = {"file": text_page(60, 40)}
        headers = service.headers() | {"X-Request-ID": "r-1"}
        service.http.post("/api/images/deskew?max_angle=3", files=files, headers=headers)
        page = text_page()
        broken = {"file": page[:300] + b"xxxx" + page[304:]}
        service.http.post("/api/images/deskew", files=broken, headers=service.headers() | {"X-Request-ID": "r-2"})
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    line = next(line for line in lines if line["logger"] == "recto.requests" and line["path"] == "/api/images/deskew")
    facts = [line[name] for name in ("request_id", "method", "path", "status", "user")]
    assert facts == ["r-1", "POST", "/api/images/deskew", 200, "7"]
    assert line["seconds"] > 0
    spoken = next(line for line in lines if "libpng" in line["message"])
    assert (spoken["request_id"], spoken["user"], spoken["level"]) == ("r-2", "7", "WARNING")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECTO_ALLOWED_ORIGINS", "https://a.example, https://b.example/")
    monkeypatch.setenv("RECTO_SLOTS", "3")
    settings = Settings()
    assert settings.origins == ("https://a.example", "https://b.example")
    assert settings.slots == 3
    with pytest.raises(ValueError, match="frozen"):
        settings.slots = 4


def test_the_address_of_redis_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (file := tmp_path / "url").write_text("redis://:quire@redis:6379/0\n")
    monkeypatch.setenv("RECTO_REDIS_URL_FILE", str(file))
    monkeypatch.setenv("RECTO_REDIS_URL", "")
    assert Settings().redis_url == "redis://:quire@redis:6379/0"

    monkeypatch.setenv("RECTO_REDIS_URL", "redis://:vellum@redis")
    with pytest.raises(ValueError, match="are both set; one of them must go") as both:
        Settings()
    assert "vellum" not in str(both.value)
    monkeypatch.delenv("RECTO_REDIS_URL")
    file.write_text("")
    with pytest.raises(ValueError, match="must name a file that is not empty"):
        Settings()
    file.unlink()
    with pytest.raises(ValueError, match="must name a readable file"):
        Settings()
