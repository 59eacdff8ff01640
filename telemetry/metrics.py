"""Numbers for Prometheus: what both services count of their requests, what every program says of itself, and the page
that is scraped. Names and units follow its conventions: seconds, bytes, `_total` for what only grows."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Protocol

import psutil
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from telemetry.together import FOLDER

__all__ = ["CONTENT_TYPE_LATEST", "Counter", "Histogram", "Memory", "Metric", "Source", "answer_at", "count_request",
           "exposition", "gauge", "up"]  # fmt: skip

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET")
PROGRAM = os.getpid()  # the process that loads this, and forks the others of its program if there are any

REQUESTS = Counter("recto_requests_total", "Requests answered.", ("service", "method", "route", "status"))
REQUEST_SECONDS = Histogram(
    "recto_request_seconds",
    "Time from a request to its answer.",
    ("service", "method", "route"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)


class Source(Protocol):
    """Numbers that are found out when they are asked for."""

    def collect(self) -> Iterable[Metric]: ...


def count_request(service: str, method: str, route: str, status: int, seconds: float | None) -> None:
    """`route`: the pattern of the address, since addresses are without number. Of a socket there are no seconds."""
    method = method if method in METHODS else "OTHER"
    REQUESTS.labels(service, method, route, status).inc()
    if seconds is not None:
        REQUEST_SECONDS.labels(service, method, route).observe(seconds)


class Memory:
    """Resident bytes of this program and of all that it has started; pages that they share count for each."""

    def __init__(self, service: str) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        bytes_ = GaugeMetricFamily("recto_resident_bytes", "Memory in use.", labels=("service", "process"))
        count = GaugeMetricFamily("recto_processes", "Processes of the program.", labels=("service",))
        with suppress(psutil.Error):
            program = psutil.Process(PROGRAM)
            children = [_resident(child) for child in program.children(recursive=True)]
            bytes_.add_metric((self._service, "main"), _resident(program))
            bytes_.add_metric((self._service, "children"), sum(children))
            count.add_metric((self._service,), 1 + len(children))
        yield from (bytes_, count)


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def up(answers: dict[str, bool]) -> Metric:
    """What a program needs, and whether it answers."""
    return gauge("recto_up", "Whether it answers (1) or not (0).", "what", answers)


def gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    """`values` by those of the label; without a label there is one, under an empty string."""
    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    for of, value in values.items():
        family.add_metric([of] if label else [], float(value))
    return family


def page_of(*sources: Source) -> CollectorRegistry:
    """What a program has counted, in all its processes, and what `sources` find out."""
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    for source in sources:
        registry.register(source)
    return registry


def answer_at(host: str, port: int, *sources: Source) -> None:
    """For a program that serves nothing else; in a thread, until its end."""
    start_http_server(port, host, page_of(*sources))


def exposition(*sources: Source) -> bytes:
    return generate_latest(page_of(*sources))
