"""Who has waited in front of Django, and for how long."""

import time
from typing import Any

import pytest
from django.test import Client


def asked(client: Client, path: str, seconds_ago: float) -> tuple[int, str | None, str]:
    """Status, Retry-After and media type of a request that nginx passed on so long ago."""
    answer = client.get(path, headers={"X-Request-Start": f"t={time.time() - seconds_ago:.3f}"})
    return answer.status_code, answer.get("Retry-After"), answer["Content-Type"].partition(";")[0]


@pytest.mark.parametrize(
    ("path", "kind"), [("/accounts/login/", "text/html"), ("/api/projects/", "application/problem+json")]
)
def test_who_has_waited_too_long_is_told_when_to_come_again(client: Client, path: str, kind: str) -> None:
    assert asked(client, path, 11) == (503, "5", kind)


def test_all_others_are_served(client: Client, db: None, settings: Any) -> None:
    for said in ("", "t=", "t=1", "t=nan", "t=-1.000", f"t={time.time():.3f}, t=1.000", f"t={time.time() + 99:.3f}"):
        assert client.get("/accounts/login/", headers={"X-Request-Start": said}).status_code == 200, said
    assert asked(client, "/accounts/login/", 8)[0] == 200
    settings.PATIENCE_SECONDS = 0
    assert asked(client, "/accounts/login/", 11)[0] == 200
