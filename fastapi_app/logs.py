"""How the service writes its log: one JSON object a line on stderr, or text for people."""

import logging.config

from fastapi_app.settings import Settings

JSON_FORMAT = "{asctime}{levelname}{name}{message}"


def configure(settings: Settings) -> None:
    """Our own loggers and uvicorn's errors through one handler; uvicorn's access log is replaced by ours."""
    formatters = {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": JSON_FORMAT,
            "style": "{",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": formatters,
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": settings.log_format}},
            "loggers": {
                "recto": {"handlers": ["stderr"], "level": settings.log_level, "propagate": False},
                "celery": {"handlers": ["stderr"], "level": settings.log_level, "propagate": False},
                "uvicorn": {"handlers": ["stderr"], "level": settings.log_level, "propagate": False},
                "uvicorn.access": {"handlers": [], "level": "WARNING", "propagate": False},
            },
        }
    )
