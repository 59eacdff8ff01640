"""The two secrets of Django and how they are found. Everything here runs while the settings load, so it says at
once, in one sentence, what is missing."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


def required(value: str, variable: str) -> str:
    if not value:
        raise ImproperlyConfigured(f"{variable} must be set when RECTO_ENV=production.")
    return value


def required_file(path: Path, variable: str) -> Path:
    if not path.is_file():
        raise ImproperlyConfigured(f"{variable} must name a readable file when RECTO_ENV=production.")
    return path


def development_secret_key(path: Path) -> str:
    """The key in `path`, written on first use so that all processes of one checkout share it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(key := get_random_secret_key())
    return key
