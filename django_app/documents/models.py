"""A document: pages in an order."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_app.projects.models import Project


class Document(models.Model):
    PROJECT_PATH = "project"

    user_role: str  # of whoever asked, set by access.visible

    project = models.ForeignKey(Project, models.CASCADE, related_name="documents", verbose_name=_("project"))
    name = models.CharField(_("name"), max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("documents:detail", args=[self.pk])

    def touch(self) -> None:
        """Something in the document changed now."""
        self.updated_at = timezone.now()
        self.save(update_fields=["updated_at"])

    def rename(self, name: str) -> None:
        self.name = name
        self.updated_at = timezone.now()
        self.save(update_fields=["name", "updated_at"])
