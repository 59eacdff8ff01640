"""Is the process alive, and can it serve? Each answer is one a machine reads."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from redis import Redis, RedisError

from django_app.api.problems import problem
from django_app.config.storage import media
from django_app.users import tokens

Look = Callable[[HttpRequest], HttpResponse]


def looked_at(view: Look) -> Look:
    """GET and HEAD; of anything else a program hears that in its own language, not that a form has expired."""

    @csrf_exempt
    @wraps(view)
    def look(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return problem(405, f"{request.method} is not possible here.", headers={"Allow": "GET, HEAD"})
        return view(request)

    return look


@looked_at
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@looked_at
def ping(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ping": "pong"})


@looked_at
def version(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"name": "recto", "version": settings.VERSION})


@looked_at
def ready(request: HttpRequest) -> HttpResponse:
    """503 with the reasons while something that every request needs is missing. The engine is not among them: pages
    open without it and say so."""
    reasons = [reason for check in CHECKS if (reason := check())]
    if reasons:
        return problem(503, " ".join(reasons), "not_ready", headers={"Retry-After": "5"})
    return JsonResponse({"status": "ready", "version": settings.VERSION})


def database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM users_user LIMIT 1")
    except DatabaseError:
        return "The database does not answer, or its tables are missing."
    return None


def redis() -> str | None:
    if not settings.REDIS_URL:
        return None
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except RedisError:
        return "Redis does not answer."
    return None


def key() -> str | None:
    try:
        tokens.signing_key()
    except (OSError, ValueError):
        return "The key that signs tokens cannot be read."
    return None


def storage() -> str | None:
    return media.trouble()


CHECKS: tuple[Callable[[], str | None], ...] = (database, redis, key, storage)
