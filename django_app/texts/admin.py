"""Transcriptions are looked at here; they are written by the reading job and, later, by the editor."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from django_app.texts.models import Layer


@admin.register(Layer)
class LayerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "page", "engine", "languages", "by", "created_at")
    list_select_related = ("page", "by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
