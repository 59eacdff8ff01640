"""How long a session lasts: until nobody has used it for a while, and never longer than its age."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

View = Callable[[HttpRequest], HttpResponseBase]
MINUTE = 60.0  # a session in use is written once a minute


def bounded_sessions(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.session.accessed and SESSION_KEY in request.session:
            prolong(request.session)
        return response

    return middleware


def forget_ended() -> None:
    """Rows of sessions that nobody can come back to."""
    SessionStore.clear_expired()


def prolong(session: SessionBase) -> None:
    now = timezone.now()
    used = session.get("used")
    if used is not None and now.timestamp() - used < MINUTE:
        return
    session["used"] = now.timestamp()
    session.setdefault("began", now.timestamp())
    end = datetime.fromtimestamp(session["began"], now.tzinfo) + timedelta(seconds=settings.SESSION_AGE)
    session.set_expiry(min(end, now + timedelta(seconds=settings.SESSION_COOKIE_AGE)))
