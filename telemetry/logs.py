"""How every program writes its log: one JSON object a line, and on each line the ids of what it belongs to."""

import logging
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

IDS = ("request_id", "user", "job")
# These say at INFO what a line of our own says of every request and task.
TALKATIVE = ("httpx", "httpcore", "celery.app.trace", "celery.worker.strategy")
# uvicorn's line again, with escape sequences; Django's request, whose address may say what somebody looked for.
UNWANTED = ("color_message", "request")
HARMLESS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_facts: ContextVar[dict[str, Any] | None] = ContextVar("log_facts", default=None)


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """Every line that is logged in the block, here or in a thread or task that it starts, carries these facts."""
    token = _facts.set(known() | facts)
    try:
        yield
    finally:
        _facts.reset(token)


def note(**facts: Any) -> None:
    """What has turned out in the middle of the block, for its lines from now on; nothing outside of one."""
    if (current := _facts.get()) is not None:
        current.update(facts)


def known() -> dict[str, Any]:
    return dict(_facts.get() or {})


def request_id() -> str:
    """That of the request which all this is for, or an empty string."""
    return str(known().get("request_id") or "")


def acceptable_id(sent: str) -> str:
    """The caller's id if it is harmless in a log and a header, else a new one."""
    return sent if HARMLESS_ID.fullmatch(sent) else uuid.uuid4().hex


class Ids(logging.Filter):
    """Puts what is known on every record, null where nothing is; what the line itself says goes first."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name in UNWANTED:
            record.__dict__.pop(name, None)
        for name, value in (dict.fromkeys(IDS) | known()).items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


def configuration(level: str, form: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: all loggers through one handler. `form`: json, or text for people."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"ids": {"()": "telemetry.logs.Ids"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "{asctime}{levelname}{name}{message}{request_id}{user}{job}",
                "style": "{",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
            "text": {"format": "{asctime} {levelname} {name}: {message} [{request_id}]", "style": "{"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "text" if form == "text" else "json",
                "filters": ["ids"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: {"level": "WARNING"} for name in TALKATIVE},
    }
