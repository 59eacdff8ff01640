"""Secrets and how they are found. Everything here runs while the settings load, so it says at once, in one sentence,
what is missing."""

import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


def secret(given: Mapping[str, str], name: str, default: str = "") -> str:
    """A secret as the environment `given` says it, or the file that NAME_FILE names there; `default` without both."""
    file = given.get(f"{name}_FILE")
    if not file:
        return given.get(name) or default
    if given.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; one of them must go.")
    try:
        value = Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE must name a readable file.") from error
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE must name a file that is not empty.")
    return value


def required(value: str, variable: str) -> str:
    if not value:
        raise ImproperlyConfigured(f"{variable} must be set when RECTO_ENV=production.")
    return value


def required_file(path: Path, variable: str) -> Path:
    if not (path.is_file() and path.stat().st_size):
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
