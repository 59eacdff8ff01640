"""Can invoices be read just now: the engine, its languages, the queues and their workers."""

from typing import Any

from celery import current_app
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from django_app.api.jobs import asker
from django_app.imaging.client import ImagingClient
from django_app.jobs import queue

PING_SECONDS = 0.5
DEVELOPERS = "tasks@"  # the name of their worker, which the launcher gives


class OcrHealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=("ok", "degraded"), help_text="degraded: something of it is missing.")
    engines = serializers.DictField(child=serializers.CharField(), help_text="Versions by name.")
    languages = serializers.ListField(child=serializers.CharField())
    queue_depth = serializers.DictField(
        child=serializers.IntegerField(), allow_null=True, help_text="Messages by queue; null: Redis does not answer."
    )
    workers = serializers.IntegerField(help_text="How many answered within half a second.")


@extend_schema(responses=OcrHealthSerializer)
@api_view(["GET"])
def ocr_health(request: Request) -> Response:
    """What reads invoices, and whether it is there."""
    info = ImagingClient(asker(request)).info_or_none() or {}
    depths = queue_depths()
    facts = {
        "engines": info.get("engines", {}),
        "languages": info.get("languages", []),
        "queue_depth": depths,
        "workers": 0 if depths is None else workers(),
    }
    is_well = bool(facts["languages"] and facts["workers"])
    return Response({"status": "ok" if is_well else "degraded", **facts})


def queue_depths() -> dict[str, int] | None:
    try:
        return {name: queue.depth(name) for name in queue.QUEUES}
    except queue.BROKER_ERRORS:
        return None


def workers() -> int:
    """Those of jobs; the developer API's on the same broker read no invoices."""
    try:
        answers = current_app.control.ping(timeout=PING_SECONDS)
    except queue.BROKER_ERRORS:
        return 0
    return sum(not name.startswith(DEVELOPERS) for answer in answers or [] for name in answer)


urlpatterns = [path("ocr-health/", ocr_health, name="ocr-health")]
