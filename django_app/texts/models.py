"""The transcription of a page: a layer per reading, its regions and lines, and the history of each line's text.

All boxes are [x, y, width, height] in pixels of the page's original image.
"""

from django.conf import settings
from django.db import models


class Layer(models.Model):
    """One reading of a page. The newest one is what is shown; a new reading never touches an older one."""

    PROJECT_PATH = "page__document__project"

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="layers")
    version = models.ForeignKey("pages.PageVersion", models.CASCADE, related_name="layers")
    engine = models.CharField(max_length=64)
    languages = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="layers")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.engine} {'+'.join(self.languages)}"


class Region(models.Model):
    PROJECT_PATH = "layer__page__document__project"

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="regions")
    position = models.PositiveIntegerField()
    box = models.JSONField()

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=("layer", "position"), name="one_region_per_position")]

    def __str__(self) -> str:
        return f"{self.layer_id}/{self.position}"


class Line(models.Model):
    PROJECT_PATH = "region__layer__page__document__project"

    class Direction(models.TextChoices):
        LTR = "ltr"
        RTL = "rtl"

    region = models.ForeignKey(Region, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    box = models.JSONField()
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.LTR)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=("region", "position"), name="one_line_per_position")]

    def __str__(self) -> str:
        return f"{self.region_id}/{self.position}"


class LineText(models.Model):
    """What a line says, according to the machine (`by` is null) or to a person. Insert-only; the newest one counts."""

    PROJECT_PATH = "line__region__layer__page__document__project"

    line = models.ForeignKey(Line, models.CASCADE, related_name="texts")
    text = models.TextField()
    confidence = models.FloatField()
    words = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text
