"""The Recto that a load is put on: on a Postgres of its own, as in service, with temporary files of its own."""

import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.environment import clean_environment
from launcher.nginx import LIMITS
from launcher.places import PYTHON, ROOT
from launcher.ports import Ports
from launcher.postgres import throw_away
from launcher.stack import Stack
from launcher.up import bring_up

# A capacity is measured from one address, as whole offices come through one: no limit of an address stands in its way.
UNLIMITED = dict.fromkeys(LIMITS, "0")


@contextmanager
def loaded(people: int) -> Iterator[Stack]:
    """A running stack with accounts for so many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="recto-bench-") as name, throw_away(durable=True) as url:
        folder = Path(name)
        (folder / "tmp").mkdir()
        environment = clean_environment(
            RECTO_DATABASE_URL=url, RECTO_LOG_LEVEL="WARNING", TMPDIR=str(folder / "tmp"), **UNLIMITED
        )
        with Stack(folder, ports=Ports.free(), environment=environment) as stack:
            bring_up(stack, seconds=300)
            _run(stack, "bench.load.accounts", str(people))
            yield stack


def agrees(stack: Stack) -> str:
    """What `./recto check` says of files, rows and jobs."""
    return f"./recto check: {_run(stack, 'django_app.manage', 'sanity')}"


def _run(stack: Stack, *module: str) -> str:
    """What the program said; a check that finds something ends with an exit code of its own."""
    command = [PYTHON, "-m", *module]
    done = subprocess.run(command, cwd=ROOT, env=stack.environment, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
