"""alice owns the project, bob edits in it, charlie is a stranger. The engine is the real one."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client, override_settings
from hypothesis import HealthCheck, settings
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once

# Hypothesis: a suite that finds the same every time, and `--hypothesis-profile=search` to look for what is new.
_patient: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("same", max_examples=150, derandomize=True, **_patient)
settings.register_profile("search", max_examples=5000, derandomize=False, **_patient)
settings.load_profile("same")


@pytest.fixture(scope="session")
def media_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session")
def signing_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_key(tmp_path_factory.mktemp("keys") / "jwt.pem")


def write_key(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture(scope="session", autouse=True)
def test_settings(media_root: Path, signing_key_file: Path) -> Iterator[None]:
    """Nothing of a test lands in var/, and nothing of a running Recto reaches a test."""
    plain_static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        MEDIA_ROOT=media_root,
        JWT_PRIVATE_KEY_FILE=signing_key_file,
        JWT_RETIRED_KEY_FILES=[],
        FASTAPI_URL=NOBODY,
        STORAGES={"default": {"BACKEND": "django_app.config.storage.MediaFolder"}, "staticfiles": plain_static},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        USER_RATE=0,
        ANONYMOUS_RATE=0,
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file: threads and worker processes see nothing of a database in memory."""
    from django.db import connections

    database = connections.settings["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def empty_caches(media_root: Path) -> None:
    """Row numbers come again after a rollback; what was made for the last bearer must not."""
    from django.core.cache import cache

    cache.clear()
    shutil.rmtree(media_root / "cache", ignore_errors=True)


# --- People --------------------------------------------------------------------------------------------------------


@pytest.fixture
def alice(db: None) -> Any:
    return new_user("alice")


@pytest.fixture
def bob(db: None) -> Any:
    return new_user("bob")


@pytest.fixture
def charlie(db: None) -> Any:
    """A stranger, with a project of his own."""
    from django_app.projects.models import Project

    user = new_user("charlie")
    Project.begin(user, "Charlie's")
    return user


def new_user(name: str) -> Any:
    from django_app.users.models import User

    return User.objects.create_user(name, password=f"{name}-password")


@pytest.fixture
def as_alice(alice: Any) -> Client:
    return signed_in(alice)


@pytest.fixture
def as_bob(bob: Any, project: Any) -> Client:
    return signed_in(bob)


@pytest.fixture
def as_reader(bob: Any, project: Any) -> Client:
    """bob, when he may only read."""
    project.members.filter(user=bob).update(role="reader")
    return signed_in(bob)


@pytest.fixture
def as_charlie(charlie: Any) -> Client:
    return signed_in(charlie)


def signed_in(user: Any) -> Client:
    """In a session that is in use: nothing is written about it for the next minute."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["used"] = session["began"] = time.time()
    session.save()
    return client


# --- Things --------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(alice: Any, bob: Any) -> Any:
    from django_app.projects.models import Project, Role

    project = Project.begin(alice, "Letters")
    project.members.create(user=bob, role=Role.EDITOR)
    return project


@pytest.fixture
def document(project: Any, alice: Any) -> Any:
    return project.documents.create(name="Notebook", created_by=alice)


@pytest.fixture(scope="session")
def page_image() -> bytes:
    """A small PNG with dark lines on gray paper: not so clean that it would be left as it is."""
    return draw_page()


def draw_page(width: int = 300, height: int = 400, form: str = "PNG") -> bytes:
    image = Image.new("L", (width, height), 215)
    pen = ImageDraw.Draw(image)
    for top in range(40, height - 40, 30):
        pen.rectangle((30, top, width - 30, top + 8), fill=40)
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


@pytest.fixture
def add_page(document: Any, alice: Any, media_root: Path, page_image: bytes) -> Callable[..., Any]:
    """Puts a page into a document without asking the engine."""
    from django_app.pages import versions

    def add(name: str = "recto", *, to: Any = None) -> Any:
        key = store(media_root, page_image)
        return versions.add_original(
            to or document, key=key, format="png", width=300, height=400, dpi=None, by=alice, name=name
        )

    return add


def store(media_root: Path, content: bytes) -> str:
    from uuid import uuid4

    key = f"originals/{uuid4().hex}.png"
    path = media_root / key
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return key


@pytest.fixture
def page(add_page: Callable[..., Any]) -> Any:
    return add_page()


@pytest.fixture
def derived(page: Any, alice: Any, media_root: Path, page_image: bytes) -> Any:
    """A second version of the page, made by a recipe."""
    from django_app.pages import versions

    return versions.add_derived(
        page,
        key=store(media_root, page_image),
        format="png",
        width=300,
        height=400,
        recipe={"version": 1, "preset": None, "steps": [{"step": "binarize", "method": "otsu"}], "why": []},
        matrix=versions.IDENTITY,
        engine_version="0.1.0",
        skew_angle=0.0,
        by=alice,
    )


# --- The engine ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def engine_url(test_settings: None, media_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """FastAPI in its own process, beside a server that gives it Django's public keys."""
    from django_app.users import tokens

    with json_server({"/.well-known/jwks.json": tokens.jwks()}) as django_url:
        with run_engine(django_url, media_root, tmp_path_factory.mktemp("engine") / "log") as url:
            yield url


@pytest.fixture
def engine(engine_url: str) -> Iterator[str]:
    """Django's settings point at the real engine."""
    with override_settings(FASTAPI_URL=engine_url):
        yield engine_url


@contextmanager
def json_server(answers: dict[str, Any]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answers.get(self.path)).encode()
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def run_engine(django_url: str, media_root: Path, log: Path, **environment: str) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "--factory", "fastapi_app.main:create_app", "--port", str(port)]
    settings = {"RECTO_DJANGO_URL": django_url, "RECTO_MEDIA_ROOT": str(media_root), "RECTO_REDIS_URL": ""}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, env=os.environ | settings | environment
        )
        try:
            wait_until_ready(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """What it knows of Tesseract is asked of a child, which takes its time after a start."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(f"{url}/readyz", timeout=30).ok:
                return
        time.sleep(0.1)
    pytest.fail(f"The engine did not start:\n{log.read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
