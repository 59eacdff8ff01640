"""How many requests a minute one person may send to the engine."""

from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from fastapi_app import rate
from fastapi_app.errors import TooManyRequests
from fastapi_app.rate import Rate
from tests.api.service import running


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(rate: Rate, times: int, user: str = "alice") -> int:
    """How many of so many at once."""
    for number in range(times):
        try:
            rate.take(user)
        except TooManyRequests:
            return number
    return times


def test_it_works() -> None:
    clock = Clock()
    bucket = Rate(60, clock)
    assert taken(bucket, 100) == 60
    with pytest.raises(TooManyRequests) as refused:
        bucket.take("alice")
    assert refused.value.headers == {"Retry-After": "1"}
    assert taken(bucket, 1, "bob") == 1
    clock.now += 2.5
    assert taken(bucket, 100) == 2
    clock.now += 3600
    assert taken(bucket, 100) == 60


def test_no_limit() -> None:
    assert taken(Rate(0), 10_000) == 10_000


def test_who_has_not_asked_for_long_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "KEPT", 10)
    clock = Clock()
    bucket = Rate(60, clock)
    for number in range(10):
        bucket.take(f"user{number}")
    clock.now += 60
    taken(bucket, 60)
    assert bucket._empty_at.keys() == {"alice"}


def test_at_the_door(tmp_path: Path) -> None:
    """Of every kind; a socket counts once."""
    with running(tmp_path, user_rate=3) as service:
        asked = [service.http.get("/api/images/info", headers=service.headers()) for _ in range(2)]
        with service.socket():
            pass
        refused = service.http.get("/api/images/info", headers=service.headers())
        with service.socket() as socket, pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        other = service.http.get("/api/images/info", headers=service.headers(sub="8"))
    assert [answer.status_code for answer in asked] == [200, 200]
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) >= 1
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013
    assert other.status_code == 200
