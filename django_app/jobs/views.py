from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from django_app.jobs.models import Job
from django_app.projects import access

PER_PAGE = 25


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The jobs of all the user's projects, newest first. `jobs` is a page of a Paginator."""
    visible = access.visible(request.user, Job.objects.all()).values("pk")
    jobs = Job.objects.filter(pk__in=visible).with_tally().select_related("document", "project", "created_by")
    paginator = Paginator(jobs.order_by("-created_at", "-id"), PER_PAGE)
    return render(request, "jobs/list.html", {"jobs": paginator.get_page(request.GET.get("page"))})
