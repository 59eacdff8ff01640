"""Several processes that are forked from one count as one program: each writes its numbers into a file of a folder, and
whichever is asked adds all files up. The folder is new with every start of the program and goes with it."""

import atexit
import os
import shutil
import sys
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable, which it reads once, when it is imported


def count_together() -> None:
    """To be called before the client is imported, in the process that forks the others."""
    if "prometheus_client" not in sys.modules and FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="recto-metrics-")
        atexit.register(_remove, os.environ[FOLDER], os.getpid())


def _remove(folder: str, owner: int) -> None:
    """A forked child inherits this, too."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
