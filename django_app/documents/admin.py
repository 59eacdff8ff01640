from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from django_app.documents.models import Document


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "project", "created_by", "updated_at")
    list_select_related = ("project", "created_by")
    search_fields = ("name", "project__name")
    readonly_fields = ("updated_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # documents are deleted on their own page, where their files go along
