"""A program of Recto in a container: `python -m launcher.container NAME` becomes it, `… NAME --healthy` looks at it.

Who may reach the container is the network's matter: programs listen everywhere and believe who stands before them."""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping

from launcher import commands
from launcher.ports import Ports

EVERYWHERE = "0.0.0.0"  # noqa: S104
ANYBODY = "*"
RUN = "/tmp"  # noqa: S108  the container's own
PATIENCE = 4.0  # seconds
PORTS = Ports()
DOORS = {"web": f":{PORTS.django}/readyz", "fastapi": f":{PORTS.fastapi}/readyz", "flower": f":{PORTS.monitor}/"}
WORKERS = ("worker", "quick", "tasks")


def command(name: str, env: Mapping[str, str]) -> Iterable[str]:
    python = sys.executable
    match name:
        case "web":
            return commands.django(python, EVERYWHERE, PORTS.django, ANYBODY, RUN)
        case "fastapi":
            return commands.fastapi(python, EVERYWHERE, PORTS.fastapi, ANYBODY, commands.upload_limit(env))
        case "worker":
            return commands.every_queue(python, int(env.get("RECTO_WORKER_PROCESSES") or 2))
        case "quick":
            return commands.quick(python)
        case "tasks":
            return commands.tasks(python)
        case "flower":
            return commands.flower(python, EVERYWHERE, PORTS.monitor)
    raise SystemExit(f"There is no program {name}; there are {', '.join([*DOORS, *WORKERS])}.")


def is_healthy(name: str) -> bool:
    return _opens(f"http://127.0.0.1{DOORS[name]}") if name in DOORS else _answers(name)


def _opens(url: str) -> bool:
    """A door that wants a password is open, too."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False


def _answers(name: str) -> bool:
    from launcher.worker_ping import answers, jobs

    if name != "tasks":
        return answers(jobs(), PATIENCE, f"{name}@{socket.gethostname()}")
    from fastapi_app.queue import celery_app
    from fastapi_app.settings import Settings

    return answers(celery_app(Settings()), PATIENCE, f"tasks@{socket.gethostname()}")


def main(name: str, *options: str) -> None:
    if options == ("--healthy",):
        sys.exit(not is_healthy(name))
    words = list(command(name, os.environ))
    os.execv(words[0], words)  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
