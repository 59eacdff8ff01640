"""Whoever has waited too long in front of Django hears so at once: answers that nobody waits for any more are not made,
so a line that has grown too long is short again in a moment."""

import re
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.utils.translation import gettext as _

from django_app.api.problems import for_programs, problem
from django_app.config.middleware import View

LATER = {"Retry-After": "5"}


def bounded_wait(get_response: View) -> View:
    """nginx says in X-Request-Start when it passed the request on; the clocks of both have to agree."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        patience = settings.PATIENCE_SECONDS
        if patience and waited(request.headers.get("X-Request-Start", "")) > patience:
            return refused(request)
        return get_response(request)

    return middleware


def waited(said: str) -> float:
    """Seconds; 0 if nobody says since when."""
    begun = re.fullmatch(r"t=(\d{1,12}\.\d{3})", said)
    return time.time() - float(begun[1]) if begun else 0.0


def refused(request: HttpRequest) -> HttpResponse:
    if for_programs(request):
        return problem(503, _("Too many requests are waiting. Try again in a few seconds."), "busy", headers=LATER)
    return HttpResponse(loader.render_to_string("503.html"), status=503, headers=LATER)
