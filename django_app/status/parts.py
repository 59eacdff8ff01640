"""The parts of the status page: each asks one thing, and says so when that is away."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from django_app.backup.models import Backup
from django_app.config.storage import media
from django_app.imaging.client import ImagingClient, ImagingError
from django_app.jobs import alive
from django_app.jobs.items import JobItem
from django_app.jobs.states import State
from django_app.status import facts
from django_app.users.models import User

AWAY = (DatabaseError, RedisError, ImagingError, OSError)
SHOWN = 20
FULL_PERCENT = 90
LATE = timedelta(minutes=5)
OLD_BACKUP = timedelta(hours=36)


@dataclass(frozen=True)
class Fact:
    """`is_bad`: somebody should look."""

    name: str
    value: str
    is_bad: bool = False


@dataclass(frozen=True)
class Part:
    """Facts under a title; `is_away`: they could not be had."""

    key: str
    title: Any
    facts: list[Fact]
    is_away: bool = False

    @property
    def is_bad(self) -> bool:
        return self.is_away or any(fact.is_bad for fact in self.facts)


def parts(user: User) -> list[Part]:
    asked: tuple[tuple[str, Any, Callable[[], Iterator[Fact]]], ...] = (
        ("versions", gettext_lazy("Versions"), versions),
        ("engine", gettext_lazy("Engine"), lambda: engine(user)),
        ("disk", gettext_lazy("Disk"), disk),
        ("database", gettext_lazy("Database"), database),
        ("redis", gettext_lazy("Redis"), redis),
        ("queue", gettext_lazy("Queue"), queue),
        ("backup", gettext_lazy("Last backup"), backup),
    )
    return [part(key, title, ask) for key, title, ask in asked]


def part(key: str, title: Any, ask: Callable[[], Iterator[Fact]]) -> Part:
    try:
        return Part(key, title, list(ask()))
    except AWAY:
        return Part(key, title, [], is_away=True)


def versions() -> Iterator[Fact]:
    yield Fact("Recto", settings.VERSION)
    yield Fact("Python", platform.python_version())
    yield Fact("Django", django.get_version())


def engine(user: User) -> Iterator[Fact]:
    """Raises ImagingError. Asked itself, not the answer of a minute ago."""
    info = ImagingClient(user).ask("GET", "info", "/api/images/info").json()
    for name, version in sorted(info["engines"].items()):
        yield Fact(name, version)
    languages = ", ".join(info["languages"])
    yield Fact(_("Languages"), languages or _("none"), is_bad=not languages)


def disk() -> Iterator[Fact]:
    found, trouble = facts.disk(), media.trouble()
    yield Fact(_("Free"), filesizeformat(found.free), is_bad=found.percent_used >= FULL_PERCENT)
    yield Fact(_("Of"), filesizeformat(found.total))
    if trouble:
        yield Fact(_("Trouble"), trouble, is_bad=True)


def database() -> Iterator[Fact]:
    name, size = facts.database()
    yield Fact(_("Kind"), name)
    yield Fact(_("Size"), filesizeformat(size))


def redis() -> Iterator[Fact]:
    found = facts.redis()
    yield Fact(_("Version"), str(found["redis_version"]))
    yield Fact(_("Memory"), filesizeformat(found["used_memory"]))


def queue() -> Iterator[Fact]:
    """What rows say, and what Redis says."""
    items, since = facts.open_items(), facts.waiting_since()
    yield Fact(_("Items waiting"), str(items["queued"]))
    yield Fact(_("Items worked on"), str(items["running"]))
    for name, messages in facts.messages().items():
        told = _("%(count)s messages") % {"count": messages}
        if begun := since[name]:
            told = _("%(told)s, the oldest for %(time)s") % {"told": told, "time": timesince(begun)}
        yield Fact(name, told, is_bad=is_late(begun))


def is_late(since: datetime | None) -> bool:
    return since is not None and since < timezone.now() - LATE


def backup() -> Iterator[Fact]:
    last = Backup.objects.first()
    if last is None:
        yield Fact(_("Finished"), _("never"), is_bad=True)
        return
    is_old = last.finished_at < timezone.now() - OLD_BACKUP
    yield Fact(_("Finished"), _("%(time)s ago") % {"time": timesince(last.finished_at)}, is_bad=is_old)
    yield Fact(_("Size"), filesizeformat(last.size))
    yield Fact(_("Files missing"), str(last.missing), is_bad=bool(last.missing))


@dataclass(frozen=True)
class Hand:
    """A worker, and the items in its hands."""

    worker: alive.Worker
    items: list[JobItem]


def workers() -> list[Hand] | None:
    """None: nobody knows."""
    try:
        found = alive.workers()
        running = JobItem.objects.filter(state=State.RUNNING).select_related("job__project", "page")
        claimed = {item.claimed_by: item for item in running.order_by("started_at")[:200]}
    except AWAY:
        return None
    return [Hand(one, [claimed[task] for task in one.tasks if task in claimed]) for one in found]


def failed_jobs() -> list[Any] | None:
    """Of the last week, with how many of their items failed; None: nobody knows."""
    try:
        jobs = list(facts.failed_jobs().select_related("project", "document")[:SHOWN])
        for job in jobs:
            job.first_failed = job.items.filter(state=State.FAILED).order_by("position").first()
    except AWAY:
        return None
    return jobs
