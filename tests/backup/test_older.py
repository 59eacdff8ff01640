"""An archive of an older version: its rows come into the tables of their time, which then become those of today."""

import dataclasses
import io
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from django_app.backup import header, rows, schema
from django_app.backup.archive import writing
from django_app.backup.header import Header
from django_app.backup.progress import Progress
from django_app.backup.restoring import restore
from django_app.invoices.models import Correction
from django_app.jobs.models import JobItem
from django_app.projects.models import Project
from django_app.users.models import User

WHEN = "2026-03-01T12:00:00.123456+00:00"
OLD: dict[str, list[dict[str, Any]]] = {
    "users.user": [{"id": 5, "username": "alice", "password": "x", "date_joined": WHEN}],
    "projects.project": [{"id": 7, "name": "Letters", "owner_id": 5, "created_at": WHEN, "updated_at": WHEN}],
    "jobs.job": [{"id": 3, "kind": "apply", "project_id": 7, "params": {}, "created_at": WHEN}],
    "jobs.jobitem": [{"id": 4, "job_id": 3, "position": 1, "state": "failed", "source": "imports/x", "told_at": WHEN}],
    "invoices.invoice": [{"id": 9, "project_id": 7, "name": "1.pdf", "read": {"total": None}, "total": "119.5000"}],
    "invoices.correction": [{"id": 1, "invoice_id": 9, "field": "total", "value": "1", "at": WHEN}],
    "invoices.issue": [{"id": 2, "invoice_id": 9, "code": "sum", "message": "", "severity": "info", "evidence": {}}],
}
LATER = {("jobs", "0004_results_and_leftovers"), ("invoices", "0002_correction_version")}
LATER |= {("pages", "0002_digest"), ("invoices", "0003_remove_issue_evidence"), ("backup", "0001_initial")}


def archive() -> bytes:
    """What a Recto without LATER migrations, and what builds on them, would have written."""
    graph = MigrationLoader(connection).graph
    later = {key for first in LATER for key in graph.backwards_plan(first)}
    then = {app: [name for name in names if (app, name) not in later] for app, names in schema.applied().items()}
    out = io.BytesIO()
    with writing(out) as archive:
        head = dataclasses.replace(Header.of_now(timezone.now()), migrations=then)
        archive.add_bytes(header.NAME, head.to_bytes())
        for label, some in OLD.items():
            lines = [rows.to_line(some[0]), *(rows.to_line(row.values()) for row in some)]
            archive.add_bytes(f"rows/{label}/000001.jsonl.gz", rows.packed(lines))
    return out.getvalue()


def test_it_works(transactional_db: None, media: Path) -> None:
    now = schema.applied()
    restore(io.BytesIO(archive()), Progress(print))
    assert schema.applied() == now
    correction = Correction.objects.select_related("invoice__project__owner").get()
    assert (correction.version, str(correction.invoice.total)) == (1, "119.5000")
    assert correction.invoice.project.updated_at.isoformat() == WHEN  # not the moment of the restore
    assert JobItem.objects.values_list("address", "source").get() == ("", "imports/x")
    new = Project.begin(User.objects.get(), "New")
    assert new.pk == 7 + schema.GAP + 1  # nobody's who still knows 8
