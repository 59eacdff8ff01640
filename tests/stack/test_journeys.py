"""The house's journeys through all real processes, and the founding integration test."""

import base64
import io
import json
from typing import Any

import pytest
import requests
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from launcher.stack import Stack
from tests.running import Visitor
from tests.waiting import until

OTSU = {"version": 1, "steps": [{"step": "binarize", "method": "otsu"}]}


@pytest.fixture(scope="module")
def page(alice: Visitor, photo: bytes) -> dict[str, Any]:
    return alice.new_page(photo)


def test_founding_integration(alice: Visitor, photo: bytes) -> None:
    answer = alice.post("/api/fastapi/auto-process/", files={"image": ("page.jpg", photo)})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def test_founding_integration_needs_an_account(nobody: Visitor, photo: bytes) -> None:
    answer = nobody.post("/api/fastapi/auto-process/", files={"image": ("page.jpg", photo)})

    assert answer.status_code in (401, 403)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_direct_with_a_token_that_names_the_page(alice: Visitor, page: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {alice.capability(page['id'])}"}
    answer = alice.post("/api/fastapi/images/binarize", headers=bearer)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (700, 360)


def test_direct_without_a_token(nobody: Visitor, photo: bytes) -> None:
    answer = nobody.post("/api/fastapi/images/binarize", files={"file": ("page.jpg", photo)})

    assert answer.status_code == 401
    assert answer.json()["code"]


def test_live_through_nginx(stack: Stack, alice: Visitor, photo: bytes) -> None:
    """A real WebSocket client: the image as a binary frame, progress, a preview, and the whole result."""
    address = stack.origin.replace("http", "ws", 1) + "/ws/process"
    with connect(
        address,
        origin=stack.origin,
        subprotocols=["bearer", alice.capability()],
        proxy=None,
        max_size=None,
        open_timeout=20,
    ) as socket:
        assert socket.subprotocol == "bearer"
        socket.send(photo)
        socket.send(json.dumps({"action": "auto_process", "run": "r1"}))
        said = [json.loads(socket.recv(30))]
        while said[-1]["type"] not in ("complete", "error"):
            said.append(json.loads(socket.recv(30)))

    assert said[-1]["type"] == "complete", said[-1]
    assert {"progress", "preview", "complete"} <= {message["type"] for message in said}


def test_media_goes_through_nginx_and_only_to_members(
    alice: Visitor, charlie: Visitor, nobody: Visitor, page: dict[str, Any]
) -> None:
    image = page["current"]["image"]
    mine = alice.get(image)

    assert mine.status_code == 200
    assert mine.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(mine.content)).size == (700, 360)
    assert "ETag" in mine.headers  # nginx sent the file, not Django
    assert len(mine.raw.headers.getlist("Content-Security-Policy")) == 1
    assert charlie.get(image).status_code == 404
    assert b"JFIF" not in nobody.get(image).content


def test_thumbnail_and_tiles(alice: Visitor, charlie: Visitor, page: dict[str, Any]) -> None:
    for address in (page["thumbnail"], page["current"]["tiles"]):
        assert alice.get(address).status_code == 200
        assert charlie.get(address).status_code == 404


def test_upload_job_version(alice: Visitor, page: dict[str, Any]) -> None:
    """A recipe, applied to the original by the worker, is the page's new version."""
    job = alice.post(f"/api/pages/{page['id']}/versions/", json={"recipe": OTSU})
    assert job.status_code == 202
    assert alice.job_done(job.json())["state"] == "completed"

    now = alice.get(f"/api/pages/{page['id']}/").json()
    assert now["current"]["recipe"]["steps"][0]["method"] == "otsu"
    assert [version["is_original"] for version in now["versions"]].count(True) == 1
    cleaned = Image.open(io.BytesIO(alice.get(now["current"]["image"]).content))
    assert cleaned.size == (700, 360)
    assert {value for _count, value in cleaned.convert("L").getcolors()} == {0, 255}


def test_upload_job_text(alice: Visitor, charlie: Visitor, photo: bytes) -> None:
    page = alice.new_page(photo)
    job = alice.post(f"/api/pages/{page['id']}/read/", json={"languages": ["eng"]})
    assert job.status_code == 202
    assert alice.job_done(job.json())["state"] == "completed"

    text = alice.get(f"/api/pages/{page['id']}/text/").json()
    lines = [line["text"] for region in text["regions"] for line in region["lines"]]
    assert "quick brown fox" in " ".join(lines)
    assert charlie.get(f"/api/pages/{page['id']}/text/").status_code == 404


def test_notifications_through_nginx(stack: Stack, alice: Visitor, charlie: Visitor, page: dict[str, Any]) -> None:
    """A job of the worker, heard while it runs; the same fact for those who ask."""
    user = json.loads(base64.urlsafe_b64decode(alice.capability().split(".")[1] + "=="))["sub"]
    address = f"{stack.origin.replace('http', 'ws', 1)}/ws/{user}"
    options: dict[str, Any] = {"origin": stack.origin, "proxy": None, "open_timeout": 20}
    with connect(address, subprotocols=["bearer", alice.capability()], **options) as socket:
        job = alice.post(f"/api/pages/{page['id']}/versions/", json={"recipe": OTSU}).json()
        said = [event_of(job, socket)]
        while said[-1]["type"] != "job_finished":
            said.append(event_of(job, socket))
    with connect(address, subprotocols=["bearer", charlie.capability()], **options) as socket:
        with pytest.raises(ConnectionClosed, match="4403"):
            socket.recv(30)

    image = next(event for event in said if event["type"] == "image_processed")
    asked = alice.get("/get_img_result", params={"img_url": image["image_url"]}).json()
    assert (asked["status"], asked["processed_value"]) == ("processed", image["processed_value"])
    assert charlie.get("/get_img_result", params={"img_url": image["image_url"]}).status_code == 404


def event_of(job: dict[str, Any], socket: ClientConnection) -> dict[str, Any]:
    """The next one; the end of an earlier job may still be told."""
    while (event := json.loads(socket.recv(30)))["job"] != job["id"]:
        pass
    return dict(event)


def test_request_id_reaches_every_log(stack: Stack, alice: Visitor, photo: bytes) -> None:
    """One id, from nginx through Django to FastAPI."""
    answer = alice.post(
        "/api/fastapi/auto-process/", files={"image": ("page.jpg", photo)}, headers={"X-Request-ID": "follow-me.42"}
    )

    assert answer.headers["X-Request-ID"] == "follow-me.42"
    for name in ("nginx", "django", "fastapi"):
        log = stack.var / "log" / f"{name}.log"
        until(log.read_text, lambda text: "follow-me.42" in text)


def test_static_files(nobody: Visitor, stack: Stack) -> None:
    """Hashed names are kept for ever, with the types that browsers insist on, compressed."""
    names = json.loads((stack.var / "static" / "staticfiles.json").read_text())["paths"]
    for name, kind in (
        ("recto/recto.css", "text/css"),
        ("recto/page.js", "text/javascript"),
        ("recto/favicon.svg", "image/svg+xml"),
    ):
        answer = nobody.get(f"/static/{names[name]}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].split(";")[0] == kind
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    font = next(name for key, name in names.items() if key.endswith(".woff2"))
    assert nobody.get(f"/static/{font}").headers["Content-Type"] == "font/woff2"
    assert nobody.get(f"/static/{names['recto/recto.css']}").headers["Content-Encoding"] == "gzip"
    assert nobody.get("/static/recto/recto.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/api/projects/", "/api/fastapi/images/health", "/no-such-page/"])
def test_one_header_each(nobody: Visitor, path: str) -> None:
    """What both an application and nginx know how to say is said once."""
    answer = nobody.get(path)

    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Request-ID"):
        assert len(answer.raw.headers.getlist(name)) == 1, name
    assert "X-Process-Time" in answer.headers


@pytest.mark.parametrize("path", ["/upload/", "/status/x", "/api/fastapi/upload/", "/api/fastapi/check-task/x"])
def test_engine_only_doors_are_closed(alice: Visitor, path: str) -> None:
    assert alice.post(path).status_code == 404


def test_applications_listen_on_this_machine_only(stack: Stack) -> None:
    """They answer on their own ports too, as the founding documents show them, but not to the network."""
    assert requests.get(f"http://127.0.0.1:{stack.ports.django}/healthz", timeout=5).ok
    assert requests.get(f"http://127.0.0.1:{stack.ports.fastapi}/healthz", timeout=5).ok
    for port in (stack.ports.django, stack.ports.fastapi):
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.2:{port}/healthz", timeout=5)
