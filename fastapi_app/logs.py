"""How the service writes its log: one JSON object a line on stderr, or text for people."""

import logging.config

from fastapi_app.settings import Settings
from telemetry.logs import configuration

LOGGERS = ("recto", "celery", "uvicorn")


class NoSockets(logging.Filter):
    """uvicorn tells of every socket twice, with the query of its address; we have a line of our own."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "WebSocket" not in str(record.msg) and record.msg not in ("connection open", "connection closed")


def configure(settings: Settings) -> None:
    """Our loggers, uvicorn's and the libraries' through one handler. Where somebody else has the log of the whole
    process (a test), only ours are."""
    ours = configuration(settings.log_level, settings.log_format)
    if logging.getLogger().handlers:
        del ours["root"]
    for name in LOGGERS:
        ours["loggers"][name] = {"handlers": ["stderr"], "level": settings.log_level, "propagate": False}
    ours["filters"]["no_sockets"] = {"()": NoSockets}
    ours["loggers"]["uvicorn.error"] = {"filters": ["no_sockets"]}
    ours["loggers"]["uvicorn.access"] = {"handlers": [], "level": "WARNING", "propagate": False}
    logging.config.dictConfig(ours)
