"""Transcriptions are looked at here; they are written by the reading job and, later, by the editor."""

from django.contrib import admin

from django_app.pages.admin import ReadOnly
from django_app.texts.models import Layer


@admin.register(Layer)
class LayerAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "page", "engine", "languages", "by", "created_at")
    list_select_related = ("page", "by")
