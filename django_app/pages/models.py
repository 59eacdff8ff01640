"""A page and the images that it has been: the original first, then one row for every image derived from it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from django_app.documents.models import Document


class Page(models.Model):
    PROJECT_PATH = "document__project"

    user_role: str  # of whoever asked, set by access.visible

    document = models.ForeignKey(Document, models.CASCADE, related_name="pages")
    position = models.IntegerField()  # 1, 2, 3 … without gaps; only pages.order writes it
    name = models.CharField(_("name"), max_length=255)
    current = models.ForeignKey("PageVersion", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="page_position_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pages:detail", args=[self.document_id, self.position])

    @property
    def original(self) -> "PageVersion":
        return self.versions.filter(recipe__isnull=True, reverts=None).earliest("id")


class PageVersion(models.Model):
    """Written once by pages.versions, never changed. `matrix` (3x3) maps original pixel coordinates to this image's."""

    PROJECT_PATH = "page__document__project"

    page = models.ForeignKey(Page, models.CASCADE, related_name="versions")
    file = models.FileField(max_length=200)  # under the media root; the frames of one PDF share theirs
    digest = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # its SHA-256; "": of before it was noted
    frame = models.PositiveIntegerField(default=0)
    format = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    dpi = models.FloatField(null=True)
    recipe = models.JSONField(null=True)  # null: the original
    matrix = models.JSONField()
    engine_version = models.CharField(max_length=20, blank=True)
    skew_angle = models.FloatField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reverts = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.page} · {self.label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A page version is never changed; add one through pages.versions.")
        super().save(*args, **kwargs)

    @property
    def key(self) -> str:
        """The file's path under the media root."""
        return str(self.file.name)

    @property
    def is_original(self) -> bool:
        return self.recipe is None

    @property
    def label(self) -> str:
        """What happened to the page, in a few words."""
        if self.reverts_id:
            return pgettext("page version", "Reverted")
        if self.recipe is None:
            return pgettext("page version", "Original")
        preset = self.recipe.get("preset")
        return str(preset or " → ".join(step["step"] for step in self.recipe.get("steps", [])))
