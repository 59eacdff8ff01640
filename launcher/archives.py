"""`./recto backup` and `./recto restore`: Django's commands of these names, on the folder of an installation."""

import argparse
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launcher import install
from launcher.places import PYTHON, VAR
from launcher.ports import Ports
from launcher.stack import Stack


def backup(arguments: Sequence[str]) -> int:
    """Whether it runs or not."""
    stack, rest = installation(arguments)
    install.environment()
    os.environ.update(stack.environment)
    install.hand_over(command("backup", rest))
    return 0


def restore(arguments: Sequence[str]) -> int:
    """Holds the folder while it lasts, so that nobody starts it. Raises Trouble if it runs."""
    stack, rest = installation(arguments)
    os.umask(0o077)  # as the first start does it
    stack.claim()
    try:
        install.environment()
        code = subprocess.run(command("restore", rest), env=stack.environment, check=False).returncode
        (stack.var / "prepared.json").unlink(missing_ok=True)  # knew another database
    finally:
        stack.stop()
    return code


def installation(arguments: Sequence[str]) -> tuple[Stack, list[str]]:
    """The one that `--var` names, and the other arguments."""
    option = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    option.add_argument("--var", type=Path, default=VAR)
    known, rest = option.parse_known_args(arguments)
    return Stack(known.var, ports=Ports.from_environment(os.environ)), rest


def command(name: str, arguments: Sequence[str]) -> list[str]:
    return [str(PYTHON), "-P", "-m", "django_app.manage", name, *arguments]
