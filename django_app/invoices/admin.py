"""Invoices are looked at here; they are corrected where their pages can be seen."""

from django.contrib import admin

from django_app.invoices.models import Anomaly, Correction, Dismissal, Invoice, Issue
from django_app.pages.admin import ReadOnly


class CorrectionInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Correction
    fields = ("field", "value", "version", "by", "at")
    extra = 0


class IssueInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Issue
    fields = ("severity", "code", "field", "message")
    extra = 0


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "project", "state", "vendor", "number", "date", "total", "currency")
    list_select_related = ("project",)
    list_filter = ("state",)
    search_fields = ("name", "vendor", "number")
    inlines = (CorrectionInline, IssueInline)


@admin.register(Anomaly)
class AnomalyAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "project", "severity", "score", "message")
    list_select_related = ("project",)
    list_filter = ("code", "severity")


@admin.register(Dismissal)
class DismissalAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("key", "project", "by", "at")
    list_select_related = ("project", "by")
