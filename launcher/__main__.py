"""The launcher's command line, run by the script `recto` with the Python of the machine (standard library only)."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher import install
from launcher.archives import backup, restore
from launcher.lint import lint
from launcher.places import PYTHON, VAR
from launcher.ports import Ports
from launcher.stack import Stack
from launcher.testing import test
from launcher.trouble import DiskFull, Trouble, means_full_disk
from launcher.up import up

DESCRIPTION = "Recto turns photographs and scans of pages into clean images and readable text."
VERBS = {
    "up": "install what is missing, start everything, and stay until Ctrl-C",
    "test": "run the tests (arguments go to pytest: ./recto test tests/web -x)",
    "lint": "ruff, import-linter and mypy",
    "bench": "measure speed and quality (./recto bench --help)",
    "clean": "clean or read files without a server (./recto clean --help)",
    "check": "find files without rows, rows without files and stuck jobs; --mend puts them right, --content reads all",
    "backup": "write database and media into one archive, while everything runs (./recto backup FILE)",
    "restore": "put an archive into an empty installation (./recto restore FILE; --verify only looks)",
    "manage": "Django's own commands (./recto manage help)",
}
EPILOG = """ports: RECTO_PORT (8080), RECTO_DJANGO_PORT (8000), RECTO_FASTAPI_PORT (8001), RECTO_MONITOR_PORT (5555),
RECTO_TLS_PORT (8443).
first account: RECTO_USER (demo), RECTO_PASSWORD (else one is made and shown).
Everything is written under var/; remove that folder to begin anew."""


def parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(
        prog="recto", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, words in VERBS.items():
        verb = verbs.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
        if name == "up":
            _up_options(verb)
    return command


def _up_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("-v", "--verbose", action="store_true", help="show all logs, not only warnings")
    verb.add_argument("--monitor", action="store_true", help="Flower too, which shows the workers, on port 5555")
    verb.add_argument("--tls", action="store_true", help="https on port 8443, with its own certificate if none is set")
    verb.add_argument("--host", default="localhost", help="address to listen on (default: this machine only)")
    verb.add_argument("--var", type=Path, default=VAR, metavar="FOLDER", help="for data, keys and logs (default: var/)")


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in PASSED_ON and list(arguments[1:]) not in (["-h"], ["--help"]):
        return PASSED_ON[arguments[0]](arguments[1:])
    if arguments and arguments[0] in HELP_OF_THEIR_OWN:
        return PASSED_ON[arguments[0]](arguments[1:])
    options = parser().parse_args(arguments or ["--help"])
    return up(options) if options.verb == "up" else lint()


def clean(arguments: Sequence[str]) -> int:
    install.packages()
    install.environment()
    return _module("launcher.clean", arguments)


def bench(arguments: Sequence[str]) -> int:
    install.everything()
    return _module("bench", arguments)


def manage(arguments: Sequence[str]) -> int:
    install.environment()
    os.environ.update(Stack(VAR, ports=Ports.from_environment(os.environ)).environment)
    return _module("django_app.manage", arguments)


def check(arguments: Sequence[str]) -> int:
    return manage(["sanity", *arguments])


def _module(name: str, arguments: Sequence[str]) -> int:
    install.hand_over([PYTHON, "-P", "-m", name, *arguments])
    return 0


PASSED_ON = {"test": test, "bench": bench, "clean": clean, "check": check, "manage": manage}
PASSED_ON |= {"backup": backup, "restore": restore}
HELP_OF_THEIR_OWN = ("bench", "clean", "check", "backup", "restore", "manage")


def run(arguments: Sequence[str]) -> int:
    """`main`, with every expected trouble said in one sentence."""
    try:
        return main(arguments)
    except Trouble as trouble:
        print(f"recto: {trouble}", file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except OSError as error:
        if not means_full_disk(error):
            raise
        print(f"recto: {DiskFull(Path(error.filename) if error.filename else VAR)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
