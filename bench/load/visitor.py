"""A browser's side of a person: one session, at most six connections, and every wait noted."""

import ssl
import time
from functools import cache
from typing import Any

import httpx

from bench.load.ledger import CUT_OFF, REFUSED, SERVED, TIMED_OUT, Ledger, Sample, outcome_of

PATIENCE = 60.0  # seconds; whoever waits longer thinks that it is broken
CONNECTIONS = 6


@cache
def no_certificates() -> ssl.SSLContext:
    """One for all: making it takes longer than a request, and nothing here is encrypted."""
    return ssl.create_default_context()


class Visitor:
    """`ledger` is whatever ledger lies open at the moment."""

    def __init__(self, origin: str, ledger: Ledger) -> None:
        self.origin = origin
        self.ledger = ledger
        self.outcome = SERVED  # of the last answer
        self.come_again = 0.0  # seconds that the last refusal asked for
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        timeout = httpx.Timeout(PATIENCE, pool=None)
        self.client = httpx.AsyncClient(
            base_url=origin, limits=limits, timeout=timeout, trust_env=False, verify=no_certificates()
        )

    async def ask(self, kind: str, method: str, path: str, **options: Any) -> httpx.Response | None:
        """The answer if the request was served."""
        headers = {"Origin": self.origin, "X-CSRFToken": self.csrf} | options.pop("headers", {})
        start = time.perf_counter()
        try:
            answer = await self.client.request(method, path, headers=headers, **options)
        except httpx.TimeoutException:
            self.note(kind, start, TIMED_OUT)
            return None
        except httpx.TransportError as error:
            self.note(kind, start, CUT_OFF, type(error).__name__)
            return None
        outcome = outcome_of(answer.status_code, answer.headers)
        self.note(kind, start, outcome, str(answer.status_code))
        if outcome == REFUSED:
            self.come_again = float(answer.headers["retry-after"])
        return answer if outcome == SERVED else None

    @property
    def csrf(self) -> str:
        return self.client.cookies.get("csrftoken", "")

    def note(self, kind: str, start: float, outcome: str, detail: str = "") -> None:
        self.outcome = outcome
        self.ledger.note(Sample(kind, time.perf_counter() - start, outcome, detail))

    async def close(self) -> None:
        await self.client.aclose()
