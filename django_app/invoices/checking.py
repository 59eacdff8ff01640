"""A project's invoices are checked as a whole, behind the page, whenever one of them has changed.

A change says so in its own transaction (`changed`); any number of changes then ring for one check, which writes all it
found in one transaction. A ring that got lost loses nothing: the findings stay marked as of yesterday, and whoever
looks at them rings again.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from django_app.invoices import results
from django_app.invoices.models import Anomaly, Check, Invoice, Issue
from django_app.invoices.values import DETAIL_NAMES, FIELD_NAMES, LINE_ITEMS, for_engine
from django_app.jobs import queue
from django_app.jobs.kinds import Engine, project_work

logger = logging.getLogger(__name__)

WORK = "check-invoices"
MANY = 500  # of which a check takes seconds
GIVEN_UP = timedelta(minutes=10)  # a check whose process died
PATIENCE = timedelta(seconds=5)  # of people who look at findings that are not of now
SAID = ("code", "field", "message", "severity")
ISSUE_ROW = re.compile(r"^line_items\[(\d+)\]")


def changed(project_id: int) -> None:
    """To be called in the transaction of the change."""
    if not Check.objects.filter(project=project_id).update(asked=F("asked") + 1):
        Check.objects.get_or_create(project_id=project_id, defaults={"asked": 1})


def ring(project_id: int) -> bool:
    """Asks a worker for a check; to be called after the commit. One of many invoices takes its turn among batches.
    False if the broker cannot be told."""
    is_large = Invoice.objects.filter(project=project_id).count() > MANY
    try:
        queue.send("jobs.project", [(WORK, project_id)], queue.BATCH if is_large else queue.INTERACTIVE)
    except queue.BROKER_ERRORS as error:
        logger.warning("the check of project %s waits for the broker: %s", project_id, error)
        return False
    return True


def is_stale(project_id: int) -> bool:
    """Whether the findings are older than the invoices. Rings for new ones if nobody seems to have done so."""
    check = Check.objects.filter(project=project_id, asked__gt=F("answered")).first()
    if check is None:
        return False
    if check.begun_at is None or check.begun_at < timezone.now() - PATIENCE:
        ring(project_id)
    return True


@project_work(WORK)
def check(project_id: int, engine: Engine) -> None:
    """Until what was found is of the newest invoices. Somebody else's check, if one is under way, sees to it too."""
    while (asked := begun(project_id)) is not None:
        try:
            entries = list(results.of(Invoice.objects.filter(project=project_id).order_by("id")))
            write(project_id, entries, *found(entries, engine))
            Check.objects.filter(project=project_id).update(answered=asked, ended_at=Now())
        finally:
            Check.objects.filter(project=project_id).update(begun_at=None)


def begun(project_id: int) -> int | None:
    """The number of the change up to which will be checked; None if there is nothing to do, or somebody does it."""
    free = Q(begun_at=None) | Q(begun_at__lt=Now() - GIVEN_UP)
    waiting = Check.objects.filter(free, project=project_id, asked__gt=F("answered"))
    if not waiting.update(begun_at=Now()):
        return None
    return Check.objects.values_list("asked", flat=True).get(project=project_id)


Found = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def found(entries: Sequence[results.Result], engine: Engine) -> Found:
    """The issues of each invoice, and the anomalies among them."""
    if not entries:
        return [], []
    named = [{"file": invoice.name, "invoice": for_engine(invoice.read, values)} for invoice, values in entries]
    issues = engine.check_invoices(named, timezone.localdate().isoformat())
    return issues, engine.find_anomalies([entry(invoice, values) for invoice, values in entries])


def entry(invoice: Invoice, values: Mapping[str, Any]) -> dict[str, Any]:
    """As the search for anomalies wants it."""
    known = {name: value["value"] for part in ("fields", "details") for name, value in values[part].items()}
    wanted = {name: known[name] for name in (*FIELD_NAMES, *DETAIL_NAMES) if name in known}
    return {"id": invoice.pk, "file": invoice.name, "values": wanted, "fingerprint": invoice.fingerprint}


@transaction.atomic
def write(
    project_id: int,
    entries: Sequence[results.Result],
    issues: Sequence[Mapping[str, Any]],
    anomalies: Sequence[Mapping[str, Any]],
) -> None:
    """In the place of what was found before, but not on invoices that are gone by now."""
    there = set(Invoice.objects.select_for_update(no_key=True).filter(project=project_id).values_list("pk", flat=True))
    write_issues(
        project_id,
        {
            invoice.pk: [issue_of(invoice, values, each) for each in told["issues"]]
            for (invoice, values), told in zip(entries, issues, strict=True)
            if invoice.pk in there
        },
    )
    write_anomalies(project_id, [each for each in anomalies if there.issuperset(each["ids"])])


def write_issues(project_id: int, found: Mapping[int, Sequence[Issue]]) -> None:
    """By invoice; where the same is said as before, the rows stay: one correction changes few of thousands."""
    before = defaultdict(list)
    for pk, *told in Issue.objects.filter(invoice__project=project_id).values_list("invoice", *SAID).order_by("id"):
        before[pk].append(told)
    new = {pk: issues for pk, issues in found.items() if [said(each) for each in issues] != before[pk]}
    Issue.objects.filter(invoice__project=project_id, invoice__in=[*new, *(before.keys() - found.keys())]).delete()
    Issue.objects.bulk_create(each for issues in new.values() for each in issues)


def said(issue: Issue) -> list[str]:
    return [getattr(issue, name) for name in SAID]


def issue_of(invoice: Invoice, values: Mapping[str, Any], found: Mapping[str, Any]) -> Issue:
    return Issue(invoice=invoice, **{**{name: found[name] for name in SAID}, "field": path_of(found["field"], values)})


def path_of(field: str, values: Mapping[str, Any]) -> str:
    """The engine counts the lines that it is shown from 1; a correction's path says which line of the reading."""

    def indexed(match: re.Match[str]) -> str:
        return f"{LINE_ITEMS}.{values[LINE_ITEMS][int(match[1]) - 1]['index']}"

    return ISSUE_ROW.sub(indexed, field)


def write_anomalies(project_id: int, anomalies: Iterable[Mapping[str, Any]]) -> None:
    Anomaly.objects.filter(project=project_id).delete()
    kept = ("key", "code", "message", "severity", "score", "evidence")
    found = [(Anomaly(project_id=project_id, **{name: each[name] for name in kept}), each["ids"]) for each in anomalies]
    Anomaly.objects.bulk_create(anomaly for anomaly, _ in found)
    links = Anomaly.invoices.through
    links.objects.bulk_create(links(anomaly=anomaly, invoice_id=pk) for anomaly, ids in found for pk in ids)
