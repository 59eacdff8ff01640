from django.contrib import admin

from django_app.backup.models import Backup
from django_app.pages.admin import ReadOnly


@admin.register(Backup)
class BackupAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("finished_at", "took", "rows", "files", "missing", "size", "recto_version")
