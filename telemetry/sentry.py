"""Errors to Sentry, where its address is known: what failed and in which line, with the ids of the log. No request, no
variables, no names: who wants those has the ids."""

import logging
from typing import Any

from telemetry import logs

log = logging.getLogger("recto.telemetry")


def start(dsn: str, service: str, version: str) -> None:
    """Whatever is logged as an error from now on is sent, too. Loads nothing without a `dsn`."""
    if not dsn:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError:
        log.warning("RECTO_SENTRY_DSN is set, but sentry-sdk (the extra `reports`) is not installed: nothing is sent.")
        return
    sentry_sdk.init(
        dsn=dsn,
        release=f"recto@{version}",
        default_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            AtexitIntegration(callback=lambda pending, timeout: None),  # else it writes about itself to stderr
        ],
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=lambda event, hint: bare(dict(event), service),
    )


def bare(event: dict[str, Any], service: str) -> Any:
    """What is sent of an event. A message goes without what was put into it, which may be a path or a name."""
    for name in ("request", "user", "breadcrumbs", "extra", "modules"):
        event.pop(name, None)
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    known = {name: str(value) for name, value in logs.known().items() if value is not None}
    return event | {"tags": known | {"service": service}}
