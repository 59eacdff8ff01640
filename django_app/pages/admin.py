from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from django_app.pages.models import Page, PageVersion


class ReadOnly:
    """A mixin for admins of rows that only programs write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Positions and files belong to the application; here only a page's name can be mended."""

    list_display = ("name", "document", "position")
    search_fields = ("name", "document__name")
    fields = ("name", "document", "position", "current")
    readonly_fields = ("document", "position", "current")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PageVersion)
class PageVersionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("page", "label", "width", "height", "by", "at")
    list_select_related = ("page", "by")
