"""What the page of a project's invoices offers and shows beside them."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count

from django_app.invoices.lists import having, with_problems
from django_app.invoices.models import Invoice

MOST_VENDORS = 500  # to choose from
MOST_BARS = 12  # of a currency
LONGEST_BAR = 100  # percent


def choices(project_id: int) -> dict[str, Any]:
    """Of all the project's invoices: the vendors, the months (first days), how many by state and with problems."""
    invoices = Invoice.objects.filter(project=project_id)
    vendors = invoices.exclude(vendor="").order_by("vendor").values_list("vendor", flat=True).distinct()
    states = dict(invoices.order_by().values_list("state").annotate(Count("pk")))
    return {
        "vendors": vendors[:MOST_VENDORS],
        "months": list(invoices.dates("date", "month", order="DESC")),
        "states": states,
        "all": sum(states.values()),
        "problems": having(with_problems(invoices, project_id), "any").count(),
    }


def shares(totals: dict[str, Any]) -> dict[str, Any]:
    """By currency: its months, its largest vendors, and how many `more` of them there are."""
    vendors = sorted(with_shares(totals["vendors"]), key=lambda row: (row["currency"], -row["total"]))
    months = sorted(with_shares(totals["months"]), key=itemgetter("currency"))
    by_currency = [list(rows) for _, rows in groupby(vendors, itemgetter("currency"))]
    largest = [row for rows in by_currency for row in rows[:MOST_BARS]]
    return totals | {"vendors": largest, "months": months, "more": len(vendors) - len(largest)}


def with_shares(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each sum with its `share` of the largest one of its currency, in percent: the length of its bar."""
    rows = [row for row in rows if row["total"] is not None]
    largest: dict[str, Decimal] = {}
    for row in rows:
        largest[row["currency"]] = max(largest.get(row["currency"], Decimal(0)), row["total"])
    return [row | {"share": share(row["total"], largest[row["currency"]])} for row in rows]


def share(part: Decimal, largest: Decimal) -> int:
    return round(LONGEST_BAR * max(part, Decimal(0)) / largest) if largest else 0
