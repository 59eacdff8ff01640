"""gunicorn's own lines in the form of all others: `gunicorn -c python:django_app.config.gunicorn`."""

from django_app.config.settings import LOGGING

logconfig_dict = LOGGING | {
    "loggers": LOGGING["loggers"] | {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}}
}
