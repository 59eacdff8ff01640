"""Jobs are looked at here, never changed: their states belong to the worker."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages.admin import ReadOnly


class ItemInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = JobItem
    fields = ("position", "page", "state", "attempts", "code", "detail", "started_at", "finished_at")
    extra = 0


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "kind", "state", "project", "document", "created_by", "created_at", "finished_at")
    list_filter = ("kind",)
    list_select_related = ("project", "document", "created_by")
    inlines = (ItemInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.with_tally()
