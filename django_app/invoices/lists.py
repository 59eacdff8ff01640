"""A project's invoices as lists: filtered, sorted, added up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from django_app.invoices.models import Anomaly, Dismissal, Invoice, Issue, Severity, State

SORTS = ("id", "name", "vendor", "number", "date", "total", "state", "created_at")
PROBLEMS = ("any", "none", "error", "warning", "anomaly")


def open_anomalies(project_id: int) -> QuerySet[Anomaly]:
    """Those that nobody has dismissed."""
    dismissed = Dismissal.objects.filter(project=project_id, key=OuterRef("key"))
    return Anomaly.objects.filter(~Exists(dismissed), project=project_id)


def judged(project_id: int) -> QuerySet[Anomaly]:
    """All of them, each with whether somebody has `dismissed` it, and its invoices; those of no concern come last."""
    dismissed = Dismissal.objects.filter(project=project_id, key=OuterRef("key"))
    found = Anomaly.objects.filter(project=project_id).annotate(dismissed=Exists(dismissed))
    return found.prefetch_related(Prefetch("invoices", Invoice.objects.defer("read"))).order_by(
        "dismissed", "-score", "id"
    )


def told_anomalies(project_id: int) -> Prefetch[str]:
    return Prefetch("anomalies", judged(project_id))


def with_problems(invoices: QuerySet[Invoice], project_id: int) -> QuerySet[Invoice]:
    """Each with whether it `has_error`, `has_warning`, `has_anomaly`."""
    issues = Issue.objects.filter(invoice=OuterRef("pk"))
    return invoices.annotate(
        has_error=Exists(issues.filter(severity=Severity.ERROR)),
        has_warning=Exists(issues.filter(severity=Severity.WARNING)),
        has_anomaly=Exists(open_anomalies(project_id).filter(invoices=OuterRef("pk"))),
    )


def filtered(invoices: QuerySet[Invoice], project_id: int, asked: Mapping[str, Any]) -> QuerySet[Invoice]:
    """`asked`: state, problem, vendor, month (its first day), q, task; those left out do not filter."""
    found = with_problems(invoices.filter(project=project_id), project_id)
    for name, matching in {"state": "state", "vendor": "vendor", "task": "job"}.items():
        if name in asked:
            found = found.filter(**{matching: asked[name]})
    if "month" in asked:
        month: date = asked["month"]
        found = found.filter(date__year=month.year, date__month=month.month)
    if asked.get("q"):
        found = found.filter(holding(asked["q"]))
    return having(found, asked["problem"]) if "problem" in asked else found


def holding(words: str) -> Q:
    """All of the words, each in the name, the vendor, the number or the text."""
    matching = Q()
    for word in words.split():
        fields = ("name", "vendor", "number", "read__text")
        matching &= Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR)
    return matching


def having(invoices: QuerySet[Invoice], problem: str) -> QuerySet[Invoice]:
    serious = Q(has_error=True) | Q(has_warning=True) | Q(has_anomaly=True)
    match problem:
        case "any":
            return invoices.filter(serious)
        case "none":
            return invoices.exclude(serious)
    return invoices.filter(**{f"has_{problem}": True})


def ordered(invoices: QuerySet[Invoice], sort: str) -> QuerySet[Invoice]:
    """`sort`: one of SORTS, with a minus for the other way round. What has no value comes last in either."""
    column = F(sort.lstrip("-"))
    return invoices.order_by(column.desc(nulls_last=True) if sort[0] == "-" else column.asc(nulls_last=True), "id")


def totals(invoices: QuerySet[Invoice]) -> dict[str, Any]:
    """How many and how much, by vendor, by month and by state; amounts of one currency only are added up."""
    by_month = invoices.order_by().annotate(month=TruncMonth("date"))
    return {
        "vendors": added_up(invoices, "vendor", "currency"),
        "months": added_up(by_month, "month", "currency")[::-1],
        "states": {state: invoices.filter(state=state).count() for state in State.values},
    }


def added_up(invoices: QuerySet[Invoice], *groups: str) -> list[dict[str, Any]]:
    return list(invoices.order_by(*groups).values(*groups).annotate(count=Count("pk"), total=Sum("total")))
