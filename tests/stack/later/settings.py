"""Recto's settings one release later: the jobs have one more migration."""

from django_app.config.settings import *  # noqa: F403

MIGRATION_MODULES = {"jobs": "tests.stack.later.migrations"}
