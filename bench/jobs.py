"""Jobs: pages a second with one worker and with two, and how long a single page waits beside a batch."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.pages import photographs
from bench.tables import Options, Table
from launcher.postgres import throw_away

PAGES = 24
ROUNDS = 3  # of either number of workers, by turns: other work on the machine hits both
SINGLES = 5
READY_SECONDS = 60
ROOT = Path(__file__).resolve().parents[1]


def run(options: Options) -> Table:
    with ExitStack() as stack:
        prepare(stack)
        document = document_of(options)
        speeds: dict[int, list[float]] = {1: [], 2: []}
        for count in (*speeds,) * ROUNDS:
            with workers(document, *["interactive,batch"] * count):
                speeds[count].append(throughput(document))
        with workers(document, "interactive,batch", "interactive,batch", "interactive"):
            waits = fairness(document)
    ratios = [two / one for one, two in zip(*speeds.values(), strict=True)]
    rows = [
        row("pages a second, 1 worker", speeds[1], "{:.1f}"),
        row("pages a second, 2 workers", speeds[2], "{:.1f}"),
        row("2 workers : 1 worker", ratios, "{:.2f}"),
        row("a single page beside a batch starts after, s", waits, "{:.2f}"),
    ]
    return Table(("jobs", "median", "each"), rows)


def row(name: str, found: Sequence[float], form: str) -> tuple[str, ...]:
    return (name, form.format(median(found)), " ".join(form.format(each) for each in found))


def prepare(stack: ExitStack) -> None:
    """A database, a Redis and a media folder that are gone afterwards, and Django on them."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-bench-")))
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    server = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    stack.callback(server.terminate)
    os.environ |= {
        "RECTO_DATABASE_URL": stack.enter_context(throw_away()),
        "RECTO_REDIS_URL": f"unix://{socket}",
        "RECTO_MEDIA_ROOT": str(folder / "media"),
        "RECTO_SECRET_KEY": "of the benchmark",
        "RECTO_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "django_app.config.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def document_of(options: Options) -> Any:
    """PAGES pages, each a file of its own; its project has a second member."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from django_app.pages import versions
    from django_app.projects.models import Project, Role
    from django_app.users.models import User

    user = User.objects.create_user("bench")
    User.objects.create_user("other")
    project = Project.begin(user, "Bench")
    project.add_member("other", Role.EDITOR)
    document = project.documents.create(name="Bench", created_by=user)
    found = [data for _, data in photographs(options)]
    for number in range(PAGES):
        key = default_storage.save(f"originals/{number}.jpg", ContentFile(found[number % len(found)]))
        versions.add_original(document, key=key, format="jpeg", width=1, height=1, by=user, name=str(number))
    return document


@contextmanager
def workers(document: Any, *queues: str) -> Iterator[None]:
    """One process each, ready: all of them answer, and single pages have been done."""
    with ExitStack() as stack:
        for number, each in enumerate(queues):
            command = [sys.executable, "-m", "celery", "-A", "django_app.config.celery", "worker", "--queues", each]
            command += ["--concurrency", "1", "--hostname", f"{number}@%h", "--without-gossip", "--without-mingle"]
            quiet = subprocess.DEVNULL
            worker = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet))
            stack.callback(worker.terminate)
        until_they_answer(len(queues))
        for single in [start(document, [page]) for page in document.pages.all()[: 2 * len(queues)]]:
            ended(single)
        yield


def until_they_answer(count: int) -> None:
    """Raises RuntimeError for workers that do not come up."""
    from django_app.config.celery import app

    deadline = time.monotonic() + READY_SECONDS
    while len(app.control.ping(timeout=0.5)) < count:
        if time.monotonic() > deadline:
            raise RuntimeError("The workers do not answer.")


def start(document: Any, pages: list[Any], by: Any = None) -> Any:
    from django_app.jobs.models import Job

    who = by or document.created_by
    return Job.objects.start("apply", project=document.project, document=document, params={}, pages=pages, by=who)


def ended(job: Any) -> Any:
    while job.finished_at is None:
        time.sleep(0.02)
        job.refresh_from_db()
    return job


def throughput(document: Any) -> float:
    """Pages a second, from the first claim to the last end."""
    job = ended(start(document, list(document.pages.all())))
    return float(PAGES / (job.finished_at - job.started_at).total_seconds())


def fairness(document: Any) -> list[float]:
    """Seconds from the order of a single page to its start, while a batch of somebody else runs."""
    pages = list(document.pages.all())
    batch = start(document, pages * 40, by=document.project.members.get(user__username="other").user)
    waits = []
    for page in pages[:SINGLES]:
        time.sleep(0.5)
        single = ended(start(document, [page]))
        waits.append((single.started_at - single.created_at).total_seconds())
    batch.refresh_from_db()
    assert batch.finished_at is None, "the batch was over too soon"
    batch.cancel()
    return waits
