"""`WS /ws/{user_id}` on a real Redis: what is told, what is replayed, who may not listen, and outages."""

import json
import socket as sockets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.api.service import ORIGIN, Service, running, say
from tests.redis_server import RedisServer
from tests.waiting import until

ALICE = "7"  # whom the service's tokens name
Publish = Callable[..., str]


@pytest.fixture(scope="module")
def service(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("media"), redis_url=server.url) as service:
        yield service


@pytest.fixture
def publish(store: redis.Redis) -> Publish:
    """Into a user's stream, as the worker does it; gives the event's id."""

    def publish(user: str = ALICE, **facts: Any) -> str:
        body = {"type": "job_progress", "timestamp": "2026-11-21T00:00:00+00:00"} | facts
        return str(store.xadd(f"recto:events:{user}", {"event": json.dumps(body)}))

    return publish


def listen(service: Service, user: str = ALICE, query: str = "", **options: Any) -> ClientConnection:
    options.setdefault("additional_headers", service.headers())
    return connect(f"{service.url.replace('http', 'ws')}/ws/{user}{query}", max_size=None, proxy=None, **options)


def heard(connection: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(connection.recv(timeout=10))
    return message


def quiet(connection: ClientConnection) -> None:
    """Nothing has been said: what is asked now is the next that is answered."""
    say(connection, type="ping")
    assert heard(connection) == {"type": "pong"}


def close_code(service: Service, user: str = ALICE, query: str = "", **options: Any) -> int:
    with listen(service, user, query, **options) as connection, pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_it_works(service: Service, publish: Publish) -> None:
    publish(number=0)  # before anybody listened
    with listen(service) as connection:
        ids = [publish(number=number) for number in (1, 2)]
        told = [heard(connection), heard(connection)]
        quiet(connection)
    assert [event["number"] for event in told] == [1, 2]
    assert [event["id"] for event in told] == ids
    assert all(event["type"] == "job_progress" and event["timestamp"] for event in told)


def test_every_tab_hears_it_and_no_stranger(service: Service, publish: Publish) -> None:
    bob = {"additional_headers": service.headers(sub="8")}
    with listen(service) as one, listen(service) as other, listen(service, "8", **bob) as stranger:
        publish(number=1)
        assert heard(one)["number"] == heard(other)["number"] == 1
        quiet(stranger)
        one.close()
        publish(number=2)
        assert heard(other)["number"] == 2
        publish("8", number=3)
        assert heard(stranger)["number"] == 3


def test_what_was_missed(service: Service, publish: Publish) -> None:
    first, second, third = [publish(number=number) for number in (1, 2, 3)]
    with listen(service, query=f"?last_id={first}") as connection:
        assert [heard(connection)["id"], heard(connection)["id"]] == [second, third]
        fourth = publish(number=4)
        assert heard(connection)["id"] == fourth
        say(connection, type="resume", last_id=second)
        assert [heard(connection)["id"], heard(connection)["id"]] == [third, fourth]
        quiet(connection)


def test_a_long_gap(service: Service, publish: Publish) -> None:
    ids = [publish(number=number) for number in range(250)]
    with listen(service, query="?last_id=0") as connection:
        assert [heard(connection)["id"] for _ in ids] == ids


def test_a_position_to_resume_from(service: Service, publish: Publish) -> None:
    with listen(service) as connection:
        say(connection, type="resume")
        assert heard(connection)["id"] == "0-0"
    newest = publish()
    with listen(service) as connection:
        say(connection, type="resume")
        resumed = heard(connection)
    assert (resumed["type"], resumed["id"]) == ("resumed", newest)


def test_an_id_from_the_future_is_not_deaf(service: Service, publish: Publish) -> None:
    publish(number=1)
    with listen(service, query="?last_id=99999999999999-0") as connection:
        publish(number=2)
        assert heard(connection)["number"] == 2


def test_echo(service: Service, publish: Publish) -> None:
    with listen(service) as connection:
        for text in ("hello", '{"type": "hello"}', "[1]", "{", "[" * 2000):
            connection.send(text)
            echo = heard(connection)
            assert (echo["type"], echo["message"]) == ("echo", f"Received: {text}")
            assert echo["timestamp"]


def test_what_cannot_be_understood(service: Service, publish: Publish) -> None:
    with listen(service) as connection:
        for last_id in ("yesterday", 5, "1-2-3", "99999999999999999999"):
            say(connection, type="resume", last_id=last_id)
            assert heard(connection)["code"] == "bad_message"
        connection.send(b"bytes")
        assert heard(connection)["code"] == "bad_message"
        quiet(connection)
    assert close_code(service, query="?last_id=yesterday") == 4400
    with listen(service) as connection:
        connection.send("x" * 70_000)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


def test_who_may_not(service: Service) -> None:
    stale = service.django.token(exp=1)
    assert close_code(service, "8") == 4403
    assert close_code(service, "somebody") == 4403
    assert close_code(service, additional_headers=None) == 4401
    assert close_code(service, additional_headers=None, subprotocols=["bearer", stale]) == 4401
    assert close_code(service, origin="https://evil.example") == 4403


def test_browser_offers_the_token_as_subprotocol(service: Service, publish: Publish) -> None:
    token = service.django.token()
    with listen(service, additional_headers=None, subprotocols=["bearer", token], origin=ORIGIN) as connection:
        assert connection.subprotocol == "bearer"
        quiet(connection)


def test_the_token_lapses(service: Service, publish: Publish) -> None:
    """Then the client comes again with a fresh one, and has missed nothing."""
    short = service.headers(exp=int(time.time()) + 3)
    with listen(service, additional_headers=short) as connection:
        last = publish(number=1)
        assert heard(connection)["number"] == 1
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    publish(number=2)
    with listen(service, query=f"?last_id={last}") as connection:
        assert heard(connection)["number"] == 2


def test_redis_goes_and_comes_back(media: Path) -> None:
    """The socket stays open; what is published afterwards arrives, by whichever connection."""
    with RedisServer() as server, running(media, redis_url=server.url) as service, listen(service) as connection:
        server.stop()
        quiet(connection)
        with listen(service) as late:
            quiet(late)
            server.start()
            with redis.Redis.from_url(server.url) as client:
                until(lambda: any(one["cmd"] == "xread" for one in client.client_list()))
                client.xadd(f"recto:events:{ALICE}", {"event": '{"type": "back"}'})
            assert heard(connection)["type"] == heard(late)["type"] == "back"


def test_without_redis_the_socket_is_silent(media: Path) -> None:
    with running(media) as service, listen(service, query="?last_id=1-0") as connection:
        quiet(connection)


def test_too_many_sockets(media: Path) -> None:
    with running(media, sockets=1) as service:
        with listen(service):
            assert close_code(service) == 1013
        with service.socket() as live:  # has seats of its own
            say(live, action="ping")
            assert heard(live) == {"type": "pong"}
        until(lambda: service.app.state.seats.borrowed_tokens == 0)
        with listen(service) as again:
            quiet(again)


def test_a_dead_peer_is_let_go(media: Path) -> None:
    """It answers no ping: its seat is free again."""
    with running(media, ping_seconds=1) as service:
        host, port = service.url.removeprefix("http://").split(":")
        with sockets.create_connection((host, int(port))) as peer:
            request = [f"GET /ws/{ALICE} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
            request += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
            request += [f"Authorization: {service.headers()['Authorization']}", "", ""]
            peer.sendall("\r\n".join(request).encode())
            until(lambda: service.app.state.seats.borrowed_tokens == 1)
            until(lambda: service.app.state.seats.borrowed_tokens == 0)
