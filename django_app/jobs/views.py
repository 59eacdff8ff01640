from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_app.jobs.items import JobItem
from django_app.jobs.models import Job, JobQuerySet
from django_app.jobs.states import State
from django_app.pages.media import media_response
from django_app.projects import access

PER_PAGE = 25


@login_required
@require_safe
def download(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """What an export made; 404 after a day."""
    job = access.find(request.user, Job.objects.select_related("document", "project"), pk=job_id)
    item = job.items.filter(state=State.DONE).exclude(file="").first() if job.kind == "export" else None
    if item is None:
        raise Http404(_("There is nothing to download. Exports are kept for a day."))
    name = job.document.name if job.document else job.project.name
    return media_response(request, item.file, etag=f"job-{job.pk}-{item.attempts}", download_as=name)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The jobs of all the user's projects, newest first, filtered by `state` (open, ended, failed) and `by` (me)."""
    visible = access.visible(request.user, Job.objects.all()).values("pk")
    jobs = filtered(request).filter(pk__in=visible).with_tally().select_related("document", "project", "created_by")
    paginator = Paginator(jobs.order_by("-created_at", "-id"), PER_PAGE)
    wanted = {name: request.GET.get(name, "") for name in ("state", "by")}
    wanted["query"] = urlencode({name: value for name, value in wanted.items() if value})
    return render(request, "jobs/list.html", {"jobs": paginator.get_page(request.GET.get("page")), "wanted": wanted})


def filtered(request: HttpRequest) -> JobQuerySet:
    jobs = Job.objects.all()
    if request.GET.get("by") == "me":
        jobs = jobs.filter(created_by=request.user.pk)
    match request.GET.get("state"):
        case "open":
            return jobs.active()
        case "ended":
            return jobs.filter(finished_at__isnull=False)
        case "failed":
            return jobs.filter(Exists(JobItem.objects.filter(job=OuterRef("pk"), state=State.FAILED)))
    return jobs
