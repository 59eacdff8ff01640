"""What the staff see of the whole installation."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from django_app.projects import access
from django_app.status import parts


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    user = access.staff(request.user)
    context = {
        "parts": parts.parts(user),
        "workers": parts.workers(),
        "failed": parts.failed_jobs(),
        "now": timezone.now(),
    }
    return render(request, "status/status.html", context)
