from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from django_app.imaging.client import ImagingClient, languages_of
from django_app.invoices import checking, labels, lists, overview, reading
from django_app.invoices.forms import FilterForm, NextForm
from django_app.invoices.intake import KIND
from django_app.invoices.models import Invoice, State
from django_app.jobs.models import Job
from django_app.projects import access
from django_app.projects.models import Project
from django_app.users.person import person

PER_PAGE = 50
MOST_ANOMALIES = 100  # at once on a page


@require_safe
@login_required
def listing(request: HttpRequest, project_id: int) -> HttpResponse:
    """The project's invoices with what stands out and what they add up to; all choices are in the address."""
    project = access.find(request.user, Project.objects.all(), pk=project_id)
    asked = FilterForm(request.GET).asked()
    found = lists.filtered(Invoice.objects.all(), project_id, asked)
    rows = lists.ordered(found.defer("read"), asked["sort"]).prefetch_related("pages__page")
    context = {
        "project": project,
        "role": project.user_role,
        "asked": asked,
        "states": State.choices,
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "totals": overview.shares(lists.totals(found)),
        "choices": overview.choices(project_id),
        "anomalies": lists.judged(project_id)[:MOST_ANOMALIES],
        "open_anomalies": lists.open_anomalies(project_id).count(),
        "is_stale": checking.is_stale(project_id),
        "jobs": list(Job.objects.filter(kind=KIND, project=project).active().values_list("pk", flat=True)),
        "languages": languages_of(ImagingClient(person(request)).info_or_none()),
    }
    return render(request, "invoices/list.html", context)


@require_safe
@login_required
def following(request: HttpRequest, project_id: int) -> HttpResponse:
    """To the next invoice to review behind `after`, or the first one again; to the list if none is left."""
    access.find(request.user, Project.objects.all(), pk=project_id)
    after = NextForm(request.GET).after_id()
    waiting = Invoice.objects.filter(project=project_id, state=State.REVIEW).order_by("id").defer("read")
    invoice = waiting.filter(pk__gt=after).first() or waiting.exclude(pk=after).first()
    return redirect(invoice or reverse("invoices:list", args=[project_id]))


@require_safe
@login_required
def detail(request: HttpRequest, project_id: int, invoice_id: int) -> HttpResponse:
    """The frame of the review; what stands in it comes from the API."""
    invoices = Invoice.objects.select_related("project").defer("read")
    invoice = access.find(request.user, invoices, project=project_id, pk=invoice_id)
    first = invoice.pages.select_related("page").first()
    context: dict[str, Any] = {
        "invoice": invoice,
        "project": invoice.project,
        "role": invoice.user_role,
        "original": first.page.original if first else None,
        "fields": labels.FIELDS,
        "columns": labels.ITEMS,
        "languages": languages_of(ImagingClient(person(request)).info_or_none()),
        "read_in": reading.languages(invoice),
    }
    return render(request, "invoices/detail.html", context)
