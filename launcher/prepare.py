"""Brings the database and the collected files up to date; runs in the virtual environment.

`python -m launcher.prepare` prints one JSON line: {"username", "password"}; no password unless it was made just now."""

import io
import json
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from launcher import state


def database() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def account() -> dict[str, str | None]:
    out = io.StringIO()
    call_command("first_account", stdout=out)
    answer: dict[str, str | None] = json.loads(out.getvalue())
    return answer


def static_files() -> None:
    """Collects once per state of the sources: post-processing every vendor's file takes seconds."""
    target = Path(settings.STATIC_ROOT)
    stamp = target / ".recto-stamp"
    wanted = state.of_static_files()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


if __name__ == "__main__":
    os.umask(0o077)  # what people write here is for this account only
    django.setup()
    database()
    static_files()
    print(json.dumps(account()))
