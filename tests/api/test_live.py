"""`WS /ws/process`: progress, previews, the result, cancel, replace; and who may not connect."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.api.service import ORIGIN, Service, decoded, messages_until, running, say, text_page
from tests.waiting import until

SLOW_RECIPE = {"steps": [{"step": "denoise", "method": "nlmeans", "strength": 30}]}
QUICK_RECIPE = {"steps": [{"step": "binarize"}]}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def close_code(service: Service, **options: Any) -> int:
    with connect(service.url.replace("http", "ws") + "/ws/process", **options) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


def test_it_works(service: Service, page: bytes) -> None:
    with service.socket() as socket:
        say(socket, action="auto_process", run="r1", image=b64(page))
        messages = messages_until(socket, "complete")

    assert all(message["run"] == "r1" for message in messages)
    ends = [m for m in messages if m["type"] == "progress" and m["seconds"] is not None]
    starts = [m for m in messages if m["type"] == "progress" and m["seconds"] is None]
    assert [m["step"] for m in starts] == [m["step"] for m in ends] == ["deskew", "binarize"]
    assert [m["percent"] for m in ends] == [50, 100]
    assert all(m["message"] for m in starts)
    previews = [m for m in messages if m["type"] == "preview"]
    assert len(previews) == 2
    for preview in previews:
        image = decoded(base64.b64decode(preview["image"]))
        assert image.shape[:2] == (preview["height"], preview["width"])
        assert preview["width"] <= 800
    complete = messages[-1]
    final = decoded(base64.b64decode(complete["final"]))
    assert final.shape == (complete["height"], complete["width"])
    assert complete["format"] == "png"
    assert complete["skew_angle"] == pytest.approx(3.0, abs=0.3)
    assert [t["name"] for t in complete["timings"]] == ["deskew", "binarize"]
    assert complete["recipe"]["preset"] == "auto"


def test_same_result_as_over_http(service: Service, page: bytes) -> None:
    with service.socket() as socket:
        say(socket, action="auto_process", image=b64(page))
        final = messages_until(socket, "complete")[-1]["final"]
    assert base64.b64decode(final) == service.post("/api/images/auto-process", page).content


def test_binary_both_ways(service: Service, page: bytes) -> None:
    with service.socket() as socket:
        socket.send(page)
        say(socket, action="auto_process", run=2, recipe=QUICK_RECIPE, binary=True)
        complete = messages_until(socket, "complete")[-1]
        assert complete["final"] is None
        frame = socket.recv(timeout=10)
    assert isinstance(frame, bytes)
    assert decoded(frame).shape == (complete["height"], complete["width"])


def test_data_url(service: Service, page: bytes) -> None:
    with service.socket() as socket:
        say(socket, action="auto_process", image="data:image/png;base64," + b64(page), recipe=QUICK_RECIPE)
        assert messages_until(socket, "complete", "error")[-1]["type"] == "complete"


def test_stored_file_of_the_token(service: Service, page: bytes) -> None:
    (service.media / "live.png").write_bytes(page)
    with service.socket(file="live.png") as socket:
        say(socket, action="auto_process", recipe=QUICK_RECIPE)
        assert messages_until(socket, "complete", "error")[-1]["width"] == 900


def test_draft_is_small(service: Service) -> None:
    with service.socket() as socket:
        say(socket, action="auto_process", run=1, image=b64(text_page(2400, 1200)), draft=True, recipe="manuscript")
        messages = messages_until(socket, "complete")
        assert (messages[-1]["width"], messages[-1]["original"]["width"]) == (pytest.approx(1600, abs=10), 2400)
        assert not [m for m in messages if m["type"] == "preview"]
        say(socket, action="auto_process", run=2, draft=True, recipe=QUICK_RECIPE)
        assert messages_until(socket, "complete")[-1]["width"] == 1600


def test_draft_of_another_image_is_another_draft(service: Service) -> None:
    with service.socket() as socket:
        for width in (500, 600, 500):
            say(socket, action="auto_process", image=b64(text_page(width, 300)), draft=True, recipe=QUICK_RECIPE)
            assert messages_until(socket, "complete")[-1]["width"] == width


def test_cancel(media: Path, slow_page: bytes, page: bytes) -> None:
    with running(media) as service, service.socket() as socket:
        say(socket, action="auto_process", run="slow", image=b64(slow_page), recipe=SLOW_RECIPE)
        messages_until(socket, "progress")
        say(socket, action="cancel")
        assert messages_until(socket, "cancelled", "complete")[-1] == {"type": "cancelled", "run": "slow"}
        service.wait_for_slots(0)
        say(socket, action="auto_process", run="again", image=b64(page), recipe=QUICK_RECIPE)
        assert messages_until(socket, "complete")[-1]["run"] == "again"


def test_cancel_between_runs_is_nothing(service: Service) -> None:
    with service.socket() as socket:
        say(socket, action="cancel")
        say(socket, action="ping")
        assert messages_until(socket, "pong") == [{"type": "pong"}]


def test_newest_run_wins(media: Path, slow_page: bytes, page: bytes) -> None:
    with running(media) as service, service.socket() as socket:
        say(socket, action="auto_process", run="old", image=b64(slow_page), recipe=SLOW_RECIPE)
        messages_until(socket, "progress")
        for number in range(5):
            say(socket, action="auto_process", run=number, image=b64(page), recipe=QUICK_RECIPE)
        messages = messages_until(socket, "complete")
        while messages[-1]["run"] != 4:
            messages += messages_until(socket, "complete")
    ended = [m["run"] for m in messages if m["type"] in ("cancelled", "complete")]
    assert sorted(map(str, ended)) == ["0", "1", "2", "3", "4", "old"]
    after_old_ended = messages[messages.index({"type": "cancelled", "run": "old"}) + 1 :]
    assert all(m["run"] != "old" for m in after_old_ended)


def test_ping_while_working(media: Path, slow_page: bytes) -> None:
    with running(media) as service, service.socket() as socket:
        say(socket, action="auto_process", image=b64(slow_page), recipe=SLOW_RECIPE)
        messages_until(socket, "progress")
        say(socket, action="ping")
        assert messages_until(socket, "pong", "complete")[-1]["type"] == "pong"


def test_disconnect_frees_the_slot(media: Path, slow_page: bytes) -> None:
    with running(media) as service:
        with service.socket() as socket:
            say(socket, action="auto_process", image=b64(slow_page), recipe=SLOW_RECIPE)
            messages_until(socket, "progress")
            assert service.busy == 1
        service.wait_for_slots(0)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "bad_message"),
        ("[]", "bad_message"),
        ('{"action": "explode"}', "bad_message"),
        ('{"action": "auto_process", "image": 5}', "bad_message"),
        ('{"action": "auto_process", "image": "%%%"}', "bad_message"),
        ('{"action": "auto_process"}', "missing_file"),
        ('{"action": "auto_process", "image": "aGVsbG8gd29ybGQ="}', "not_an_image"),
        ('{"action": "auto_process", "image": "aGVsbG8=", "recipe": {"steps": [{"step": "x"}]}}', "bad_recipe"),
    ],
)
def test_error_leaves_the_socket_open(service: Service, message: str, code: str) -> None:
    with service.socket() as socket:
        socket.send(message)
        error = messages_until(socket, "error")[-1]
        assert (error["code"], error["run"]) == (code, None)
        assert error["detail"]
        say(socket, action="ping")
        assert messages_until(socket, "pong")


def test_too_many_bytes(media: Path) -> None:
    with running(media, max_upload_bytes=100_000) as service, service.socket() as socket:
        for sent in (bytes(100_001), json.dumps({"action": "auto_process", "image": b64(bytes(200_000))})):
            socket.send(sent)
            assert messages_until(socket, "error")[-1]["code"] == "too_many_bytes"


def test_queue_full(media: Path, slow_page: bytes, page: bytes) -> None:
    with running(media, slots=1, queue=0) as service, service.socket() as first, service.socket() as second:
        say(first, action="auto_process", image=b64(slow_page), recipe=SLOW_RECIPE)
        messages_until(first, "progress")
        say(second, action="auto_process", run="b", image=b64(page))
        assert messages_until(second, "error", "complete")[-1]["code"] == "queue_full"


def test_too_many_sockets(media: Path) -> None:
    with running(media, live_sockets=1) as service:
        with service.socket():
            assert close_code(service, additional_headers=service.headers()) == 1013
        until(lambda: service.app.state.live_seats.borrowed_tokens == 0)
        with service.socket() as again:
            say(again, action="ping")
            assert messages_until(again, "pong")


def test_browser_offers_the_token_as_subprotocol(service: Service) -> None:
    url = service.url.replace("http", "ws") + "/ws/process"
    with connect(url, subprotocols=["bearer", service.django.token()], origin=ORIGIN) as socket:
        assert socket.subprotocol == "bearer"
        say(socket, action="ping")
        assert messages_until(socket, "pong")


def test_token_is_a_ticket_for_the_door(service: Service, page: bytes) -> None:
    """What began with a token that counted goes on when it has expired; the next socket needs another."""
    expires = int(time.time()) + 3
    with service.socket(exp=expires) as socket:
        until(lambda: time.time() > expires + 0.1)
        say(socket, action="auto_process", image=b64(page), recipe=QUICK_RECIPE)
        assert messages_until(socket, "complete", "error")[-1]["type"] == "complete"
    assert close_code(service, additional_headers=service.headers(exp=expires)) == 4401


def test_who_may_not(service: Service) -> None:
    stale = service.django.token(exp=1)
    assert close_code(service) == 4401
    assert close_code(service, additional_headers={"Authorization": f"Bearer {stale}"}) == 4401
    assert close_code(service, subprotocols=["bearer", stale]) == 4401
    assert close_code(service, additional_headers=service.headers(), origin="https://evil.example") == 4403
