"""Every row of an installation as Django's serializer tells it, a line of JSON each."""

import json
from collections.abc import Iterator

from django.apps import apps
from django.core import serializers

LEFT_OUT = ("sessions.session", "backup.backup")


def every_row() -> Iterator[str]:
    for model in apps.get_models():
        if model._meta.label_lower not in LEFT_OUT:
            for row in serializers.serialize("python", model._base_manager.order_by("pk")):
                yield json.dumps(row, default=str, sort_keys=True)
