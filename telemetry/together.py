"""Several processes that are forked from one count as one program: each writes its numbers into a file of a folder, and
whichever is asked adds all files up. The folder is new with every start of the program and goes with it."""

import atexit
import os
import shutil
import sys
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable


def count_together() -> None:
    """To be called in the process that forks the others, before `metrics` is imported. Celery loads Flower with its
    command line, and Flower the client, which has looked for the folder by then: it is made to look again."""
    if "telemetry.metrics" in sys.modules or FOLDER in os.environ:
        return
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="recto-metrics-")
    atexit.register(_remove, os.environ[FOLDER], os.getpid())
    from prometheus_client import values

    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


def _remove(folder: str, owner: int) -> None:
    """A forked child inherits this, too."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
