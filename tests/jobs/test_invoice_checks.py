"""A project's invoices are checked after a batch and after corrections, with the real checks."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_app.invoices import checking, rows
from django_app.invoices.models import Anomaly, Check, Dismissal, Invoice, Issue
from django_app.jobs import sweep, tasks
from django_app.jobs.items import MAX_ATTEMPTS
from django_app.jobs.models import Job
from tests.jobs.conftest import Process, enqueueing_to
from tests.waiting import until
from tests.web.invoices import READ, begun, value

pytestmark = pytest.mark.django_db

Add = Callable[..., Invoice]


@pytest.fixture
def job(project: Any, alice: Any) -> Job:
    return begun(project, alice)


@pytest.fixture
def add(job: Job, project: Any) -> Add:
    def add(name: str = "1.png", lines: Any = None, **said: str) -> Invoice:
        item = job.items.earliest("position")
        item.name = name
        read = READ | {"fields": READ["fields"] | {field: value(text) for field, text in said.items()}}
        read |= {"line_items": []} if lines is None else {"line_items": lines}
        (invoice,) = rows.add(item, [read], [], digest=name, fingerprints=[""])
        checking.changed(project.pk)
        return invoice

    return add


def look(project: Any) -> None:
    """What a worker does when it is rung for."""
    tasks.project.apply(args=[checking.WORK, project.pk], throw=True)


def correct(client: Client, invoice: Invoice, **values: str) -> Any:
    invoice.refresh_from_db()
    body = {"version": invoice.version, "values": values}
    path = f"/api/projects/{invoice.project_id}/invoices/{invoice.pk}/"
    answer = client.patch(path, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def ask(client: Client, job: Job, what: str) -> Any:
    return client.get(f"/api/projects/{job.project_id}/ocr-{what}/{job.pk}/").json()


def codes() -> set[str]:
    return set(Issue.objects.values_list("code", flat=True))


def test_it_works(as_bob: Client, project: Any, add: Add, job: Job) -> None:
    add("wrong.png", total="120.00")
    assert ask(as_bob, job, "validation")["stale"] is True
    look(project)
    told = ask(as_bob, job, "validation")
    (invoice,) = told["invoices"]
    assert (told["stale"], invoice["file"], invoice["valid"]) == (False, "wrong.png", False)
    (issue,) = [each for each in invoice["issues"] if each["code"] == "total_mismatch"]
    assert (issue["field"], issue["severity"]) == ("total", "error")
    assert "120.00" in issue["message"]
    assert told["summary"]["invoices"] == 1
    assert told["summary"]["codes"]["total_mismatch"] == 1
    assert told["summary"]["errors"] >= 1


def test_a_correction_is_checked_and_not_what_was_read(as_bob: Client, project: Any, add: Add) -> None:
    invoice = add(total="120.00")
    look(project)
    assert "total_mismatch" in codes()
    assert correct(as_bob, invoice, total="119.00")["stale"] is True
    look(project)
    assert "total_mismatch" not in codes()
    correct(as_bob, invoice, date="")
    look(project)
    assert Issue.objects.filter(code="required", field="date").exists()


def test_a_check_writes_only_what_it_finds_anew(as_bob: Client, project: Any, add: Add) -> None:
    corrected, other = add("1.png", total="120.00", invoice_number="A-1"), add("2.png", total="121.00")
    look(project)
    kept = list(other.issues.values_list("pk", flat=True))
    assert kept
    correct(as_bob, corrected, total="119.00")
    with CaptureQueriesContext(connection) as queries:
        look(project)
    assert list(other.issues.values_list("pk", flat=True)) == kept
    assert not corrected.issues.filter(code="total_mismatch").exists()
    checking.changed(project.pk)
    with CaptureQueriesContext(connection) as again:
        look(project)
    writing = ('DELETE FROM "invoices_issue"', 'INSERT INTO "invoices_issue"')
    assert any(query["sql"].startswith(writing) for query in queries)
    assert not any(query["sql"].startswith(writing) for query in again)


def test_a_line_is_named_as_its_correction_is(as_bob: Client, project: Any, add: Add) -> None:
    """The engine sees the lines that are left, and counts them from 1."""
    amounts = (
        {"quantity": "1", "unit_price": "5.00", "amount": "5.00"},
        {"quantity": "2", "unit_price": "5.00", "amount": "9.00"},
    )
    lines = [{name: value(text) for name, text in line.items()} for line in amounts]
    invoice = add(lines=lines)
    correct(as_bob, invoice, **{"line_items.0": ""})
    look(project)
    assert Issue.objects.get(code="line_amount").field == "line_items.1.amount"


def test_anomalies_and_dismissals(as_bob: Client, project: Any, add: Add, job: Job) -> None:
    add("1.png"), add("again.png")
    look(project)
    (anomaly,) = [each for each in ask(as_bob, job, "anomalies")["anomalies"] if each["code"] == "duplicate_number"]
    assert set(anomaly["files"]) == {"1.png", "again.png"}
    assert 0 < anomaly["score"] <= 1
    assert anomaly["message"]
    as_bob.post(f"/api/projects/{project.pk}/invoices/dismissals/", {"key": anomaly["key"]})
    checking.changed(project.pk)
    look(project)
    assert Anomaly.objects.filter(key=anomaly["key"]).exists()  # found again, and still none
    assert anomaly["key"] not in [each["key"] for each in ask(as_bob, job, "anomalies")["anomalies"]]
    assert Dismissal.objects.get().by.username == "bob"  # type: ignore[union-attr]


def test_what_was_found_before_is_replaced(project: Any, add: Add) -> None:
    add(total="120.00")
    look(project)
    before = Issue.objects.count()
    checking.changed(project.pk)
    look(project)
    assert Issue.objects.count() == before > 0


def test_a_deleted_invoice_takes_what_was_found_along(project: Any, add: Add) -> None:
    one, two = add("1.png"), add("again.png")
    look(project)
    assert Anomaly.objects.exists()
    one.delete(), two.delete()
    checking.changed(project.pk)
    look(project)
    assert not Anomaly.objects.exists()
    assert not Issue.objects.exists()


def test_an_invoice_deleted_in_the_middle_of_a_check(project: Any, add: Add) -> None:
    from django_app.invoices import results

    kept, gone = add("1.png"), add("again.png")
    entries = list(results.of(Invoice.objects.order_by("id")))
    found = checking.found(entries, tasks.Services(tasks.give_way))
    gone.delete()
    checking.write(project.pk, entries, *found)
    assert set(Issue.objects.values_list("invoice", flat=True)) <= {kept.pk}
    assert not Anomaly.objects.exists()


def test_many_rings_are_one_check(project: Any, add: Add) -> None:
    add()
    look(project)
    with CaptureQueriesContext(connection) as queries:
        look(project)
    assert len(queries) <= 2


def test_a_change_during_a_check_is_checked_too(project: Any, add: Add) -> None:
    add()
    Check.objects.update(asked=3)
    assert checking.begun(project.pk) == 3
    assert checking.begun(project.pk) is None  # somebody does it
    Check.objects.update(asked=4, answered=3, begun_at=None)
    assert checking.begun(project.pk) == 4


def test_a_check_whose_process_died_is_done_again(project: Any, add: Add) -> None:
    add()
    Check.objects.update(begun_at=timezone.now() - checking.GIVEN_UP - timedelta(seconds=1))
    look(project)
    assert not checking.is_stale(project.pk)


def test_an_engine_that_fails_leaves_the_findings_as_they_are(project: Any, add: Add, settings: Any) -> None:
    add(total="120.00")
    look(project)
    checking.changed(project.pk)
    settings.CHILD_MEMORY_BYTES = 64 * 1024**2  # of which nothing can be computed
    look(project)
    assert "total_mismatch" in codes()
    assert Check.objects.get().begun_at is None
    assert checking.is_stale(project.pk)


@pytest.mark.django_db(transaction=True)
def test_a_worker_checks_when_it_is_rung_for(
    broker: redis.Redis, worker: Process, as_bob: Client, project: Any, add: Add
) -> None:
    invoice = add(total="120.00")
    correct(as_bob, invoice, iban="DE00")
    until(lambda: codes() >= {"total_mismatch", "iban_invalid"})
    correct(as_bob, invoice, total="119.00", iban="DE89370400440532013000")
    until(lambda: not codes() & {"total_mismatch", "iban_invalid"})
    until(lambda: not checking.is_stale(project.pk))  # told after the findings are written


def rung(broker: redis.Redis) -> int:
    """How often a worker has been asked for a check since the last time."""
    messages = broker.lrange("interactive", 0, -1)
    broker.delete("interactive")
    return sum(b'"jobs.project"' in message for message in messages)


def cancelled(job: Job) -> None:
    assert job.cancel()


def failed(job: Job) -> None:
    tasks.run.apply(args=[job.items.get().pk], task_id="a", throw=True)


def died_too_often(job: Job) -> None:
    """Its worker's child, three times on the same file."""
    job.items.update(state="running", attempts=MAX_ATTEMPTS, claimed_by="a")
    sweep.release_claims("a")


def died_before_the_end(job: Job) -> None:
    """After the commit of the last item."""
    job.items.update(state="done")
    sweep.sweep()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [cancelled, failed, died_too_often, died_before_the_end])
def test_whoever_ends_a_job_rings(broker: redis.Redis, job: Job, media: Path, end: Callable[[Job], None]) -> None:
    rung(broker)
    end(job)
    assert rung(broker) == 1
    sweep.sweep()
    assert rung(broker) == 0


def long_ago(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - 2 * sweep.UNTOLD_AFTER)


def test_who_ends_a_job_and_dies_just_then(
    broker: redis.Redis, job: Job, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    job.items.update(state="done")
    with django_capture_on_commit_callbacks() as lost:
        assert job.finish()
    assert len(lost) == 1
    assert (rung(broker), sweep.tell_untold(), rung(broker)) == (0, 0, 0)  # who lives may still be about to
    long_ago(job)
    assert (sweep.tell_untold(), rung(broker)) == (1, 1)
    assert (sweep.tell_untold(), rung(broker)) == (0, 0)


def test_a_broker_that_is_away_is_told_later(
    broker: redis.Redis, job: Job, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    job.items.update(state="done")
    with enqueueing_to("redis://127.0.0.1:9/0"), django_capture_on_commit_callbacks(execute=True):
        assert job.finish()
    long_ago(job)
    assert (sweep.tell_untold(), rung(broker)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_a_correction_is_kept(no_broker: None, as_bob: Client, add: Add) -> None:
    invoice = add()
    assert correct(as_bob, invoice, total="119.00")["stale"] is True
    assert invoice.corrections.count() == 1
