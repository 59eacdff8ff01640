"""The developer API: images as JSON, at once or by a real worker on a real Redis."""

import io
import json
from collections.abc import Iterator

import pytest
import redis
from PIL import Image
from websockets.exceptions import ConnectionClosed

from tests.api.ordering import STRANGER, b64, look, ordered, post, result, watch, working
from tests.api.service import Service, blank, messages_until, running, text_page
from tests.redis_server import RedisServer
from tests.waiting import until


@pytest.fixture(scope="module")
def service(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("media"), redis_url=server.url, max_upload_bytes=4_000_000) as service:
        yield service


@pytest.fixture(scope="module")
def worker(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with working(server, tmp_path_factory.mktemp("worker") / "log"):
        yield


# --- At once -------------------------------------------------------------------------------------------------------


def test_sync(service: Service, page: bytes) -> None:
    for path in ("/image-sync", "/api/image-sync"):
        answer = post(service, path, b64(page))
        assert answer.status_code == 200, answer.text
        assert "quick brown fox" in answer.json()["result"]


def test_sync_list(service: Service, page: bytes) -> None:
    images = ["data:image/png;base64," + b64(page), "%%%", b64(b"no image"), b64(text_page(500, 300))]
    slots = post(service, "/image-sync", images, languages=["eng", "heb"]).json()["result"]
    assert "quick brown fox" in slots[0]
    assert [slots[1]["error"]["code"], slots[2]["error"]["code"]] == ["bad_message", "not_an_image"]
    assert all(slot["error"]["detail"] for slot in slots[1:3])
    assert isinstance(slots[3], str)


def test_every_page_of_an_image(service: Service, worker: None) -> None:
    """At once and by the worker, which read page by page."""
    leaves = b64(two_pages())
    at_once = post(service, "/image-sync", leaves).json()["result"]
    assert [text.split("\n")[0] for text in at_once.split("\n\f")] == ["The quick brown fox"] * 2
    assert result(service, ordered(service, leaves))["result"] == at_once


def test_the_page_that_cannot_be_read_is_named(service: Service, worker: None) -> None:
    leaves = bytearray(two_pages())
    with Image.open(io.BytesIO(leaves)) as image:
        image.seek(1)
        start, length = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]
    leaves[start : start + length] = bytes(length)
    for slot in (
        post(service, "/image-sync", [b64(bytes(leaves))]).json()["result"][0],
        result(service, ordered(service, [b64(bytes(leaves))]))["result"][0],
    ):
        assert slot["error"]["code"] == "unusable_image"
        assert slot["error"]["detail"].startswith("Page 2: ")


def two_pages() -> bytes:
    """A TIFF."""
    out = io.BytesIO()
    leaf = Image.open(io.BytesIO(text_page()))
    leaf.save(out, "TIFF", save_all=True, append_images=[leaf], compression="tiff_deflate")
    return out.getvalue()


@pytest.mark.parametrize("path", ["/image-sync", "/image"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"image_data": 5}', 422),
        (b'{"image_data": []}', 422),
        (b'{"image_data": "aGVsbG8=", "languages": ""}', 422),
        (json.dumps({"image_data": "aGVsbG8=", "languages": ["eng"] * 99}).encode(), 422),
        (json.dumps({"image_data": ["aGVsbG8="] * 101}).encode(), 413),
        (b'{"image_data": "' + b"A" * 6_000_000 + b'"}', 413),
    ],
)
def test_what_cannot_be_used(service: Service, path: str, body: bytes, status: int) -> None:
    answer = service.http.post(path, content=body, headers=service.headers())
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_sync_refuses_one_bad_image_by_its_status(service: Service) -> None:
    assert post(service, "/image-sync", "%%%").status_code == 422
    assert post(service, "/image-sync", b64(b"hello")).status_code == 415
    assert post(service, "/image-sync", b64(blank(200, 100)), languages="tlh").status_code == 422


def test_nobody(service: Service) -> None:
    for method, path in (("POST", "/image"), ("POST", "/image-sync"), ("GET", "/image"), ("DELETE", "/image")):
        answer = service.http.request(method, path, params={"task_id": "x"})
        assert answer.status_code == 401


# --- By a worker ---------------------------------------------------------------------------------------------------


def test_it_works(service: Service, worker: None, store: redis.Redis, page: bytes) -> None:
    task = ordered(service, b64(page))
    with watch(service, task, "/ws/watch-task") as socket:
        said = messages_until(socket, "result")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000
    assert said[0]["type"] == "status"
    assert said[-2] == {"type": "status", "status": "completed", "progress": {"done": 1, "total": 1, "percent": 100}}
    facts = look(service, task).json()
    assert {"type": "result", **facts} == said[-1]
    assert "quick brown fox" in facts["result"]
    assert facts["error"] is None
    until(lambda: not store.exists(f"recto:task:{task}:work"))  # which goes when the end has been told
    assert 0 < store.ttl(f"recto:task:{task}") <= 24 * 3600
    assert 0 < store.ttl(f"celery-task-meta-{task}") <= 24 * 3600


def test_a_list(service: Service, worker: None, store: redis.Redis, page: bytes) -> None:
    """Progress goes from image to image; one bad image spoils its slot alone; its owner's stream tells it too."""
    task = ordered(service, [b64(page), b64(b"hello"), "%%%", b64(page)])
    facts = result(service, task)
    assert (facts["status"], facts["error"], facts["progress"]["done"]) == ("completed", None, 4)
    codes = [slot["error"]["code"] if isinstance(slot, dict) else "" for slot in facts["result"]]
    assert codes == ["", "not_an_image", "bad_message", ""]
    told = [json.loads(fields["event"]) for _, fields in store.xrange("recto:events:7")]
    assert {event["task"] for event in told} == {task}
    assert told[-1] | {"timestamp": ""} == {
        "type": "task_finished",
        "task": task,
        "status": "completed",
        "error": None,
        "timestamp": "",
    }
    percents = [event["progress"]["percent"] for event in told[:-1]]
    assert percents == sorted(percents)
    assert {0, 25, 75} <= set(percents)


def test_one_bad_image(service: Service, worker: None, store: redis.Redis) -> None:
    facts = result(service, ordered(service, b64(b"hello")))
    assert (facts["status"], facts["result"], facts["error"]["code"]) == ("failed", None, "not_an_image")


def test_strangers_and_the_unknown(service: Service, worker: None, store: redis.Redis, page: bytes) -> None:
    task = ordered(service, b64(page))
    assert look(service, task, **STRANGER).status_code == 404
    assert look(service, "nothing").status_code == 404
    params = {"task_id": task}
    assert service.http.delete("/image", params=params, headers=service.headers(**STRANGER)).status_code == 404
    for asked, claims in ((task, STRANGER), ("nothing", {})):
        with watch(service, asked, **claims) as socket, pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404
    assert result(service, task)["status"] == "completed"


def test_tasks_take_turns(service: Service, worker: None, store: redis.Redis) -> None:
    """One image of a later task does not wait for all of an earlier one."""
    small = b64(text_page(400, 300))
    long, short = ordered(service, [small] * 4), ordered(service, small)
    assert result(service, short)["status"] == "completed"
    assert look(service, long).json()["status"] == "running"
    assert result(service, long)["progress"]["done"] == 4


def test_idempotency_key(service: Service, worker: None, store: redis.Redis, page: bytes) -> None:
    key = {"Idempotency-Key": "once"}
    first = ordered(service, b64(page), headers=key)
    assert ordered(service, "data:;base64," + b64(page), headers=key) == first
    other = post(service, "/image", b64(b"other"), key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert result(service, first)["status"] == "completed"
