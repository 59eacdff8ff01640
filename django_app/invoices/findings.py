"""What the last check found about the invoices of a task, as programs see it."""

from collections import Counter
from typing import Any

from django.db.models import Prefetch

from django_app.invoices.lists import open_anomalies
from django_app.invoices.models import Anomaly, Invoice, Issue, Severity
from django_app.jobs.models import Job

NAMES = Prefetch("invoices", Invoice.objects.only("name"))


def validation(job: Job) -> dict[str, Any]:
    """{"invoices", "summary"}: two queries."""
    rows = Invoice.objects.filter(job=job).only("name", "job").prefetch_related("issues")
    told = [told_of(invoice) for invoice in rows.order_by("item__position", "id")]
    return {"invoices": told, "summary": summary(told)}


def told_of(invoice: Invoice) -> dict[str, Any]:
    issues = [issue_of(issue) for issue in invoice.issues.all()]
    is_valid = all(issue["severity"] != Severity.ERROR for issue in issues)
    return {"id": invoice.pk, "file": invoice.name, "valid": is_valid, "issues": issues}


def issue_of(issue: Issue) -> dict[str, str]:
    return {"code": issue.code, "field": issue.field, "message": issue.message, "severity": issue.severity}


def summary(told: list[dict[str, Any]]) -> dict[str, Any]:
    """How many invoices, how many without errors, and issues by severity and code, the most frequent first."""
    issues = [issue for each in told for issue in each["issues"]]
    severities = Counter(issue["severity"] for issue in issues)
    return {
        "invoices": len(told),
        "valid": sum(each["valid"] for each in told),
        **{f"{severity}s": severities[severity] for severity in Severity.values},
        "codes": dict(Counter(issue["code"] for issue in issues).most_common()),
    }


def anomalies(job: Job) -> list[dict[str, Any]]:
    """Of the project, those that a file of the task has part in: two queries."""
    found = open_anomalies(job.project_id).filter(invoices__job=job).distinct().prefetch_related(NAMES)
    return [anomaly_of(each) for each in found.order_by("-score", "key")]


def anomaly_of(anomaly: Anomaly) -> dict[str, Any]:
    kept = {name: getattr(anomaly, name) for name in ("key", "code", "message", "score", "severity", "evidence")}
    return kept | {"files": [invoice.name for invoice in anomaly.invoices.all()]}
