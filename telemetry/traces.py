"""Traces to an OpenTelemetry collector, where the standard variable OTEL_EXPORTER_OTLP_ENDPOINT names one: a span for a
request in each service that it passes, for an item of a job, and for a work of the engine. The standard's other
variables (sampler, headers, time-outs) are obeyed, too. Addresses are told by their patterns."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from telemetry import logs

log = logging.getLogger("recto.telemetry")

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
Facts = dict[str, str | int | float]

_tracer: Any = None
_provider: Any = None


def start(service: str, version: str) -> None:
    """Loads nothing when no collector is named."""
    global _tracer, _provider  # noqa: PLW0603 - one for the whole program
    if not os.environ.get(ENDPOINT):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("%s is set, but opentelemetry (the extra `reports`) is not installed: no trace is sent.", ENDPOINT)
        return
    _provider = TracerProvider(
        resource=Resource.create({"service.name": f"recto-{service}", "service.version": version})
    )
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("recto")


def stop() -> None:
    """Sends what is left."""
    global _tracer, _provider  # noqa: PLW0603
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextmanager
def request(method: str, headers: Mapping[str, str]) -> Iterator[Facts]:
    """The span of a request; it goes on with the caller's trace. Its facts are filled in by whoever answers,
    `http.route` among them."""
    facts: Facts = {"http.request.method": method}
    if _tracer is None:
        yield facts
        return
    from opentelemetry import propagate
    from opentelemetry.trace import SpanKind

    context = propagate.extract({name.lower(): value for name, value in headers.items()})
    with _tracer.start_as_current_span(method, context, SpanKind.SERVER, record_exception=False) as span:
        try:
            yield facts
        finally:
            span.update_name(f"{method} {facts.get('http.route', '')}".rstrip())
            span.set_attributes(facts | ids())


@contextmanager
def piece(name: str) -> Iterator[Facts]:
    """The span of a piece of work within what goes on, for generators too: it becomes nobody's parent."""
    facts: Facts = {}
    span = _tracer.start_span(name) if _tracer is not None else None
    try:
        yield facts
    finally:
        if span is not None:
            span.set_attributes(facts | ids())
            span.end()


def ids() -> Facts:
    return {f"recto.{name}": value for name, value in logs.known().items() if value is not None}


def headers() -> dict[str, str]:
    """What a request to another service carries on (W3C Trace Context)."""
    carried: dict[str, str] = {}
    if _tracer is not None:
        from opentelemetry import propagate

        propagate.inject(carried)
    return carried
