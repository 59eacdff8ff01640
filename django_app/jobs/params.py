"""What a kind of job has to be told, checked as far as it can be without the engine.

The worker's own parse of a recipe is the truth; here only what is clearly no recipe is refused at once.
"""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from django_app.texts.formats import FORMATS

MAX_STEPS = 20


def check_recipe(recipe: Any) -> None:
    steps = recipe.get("steps") if isinstance(recipe, dict) else None
    if not isinstance(steps, list) or not steps:
        raise serializers.ValidationError(_("A recipe is an object with a list of steps."))
    if len(steps) > MAX_STEPS:
        raise serializers.ValidationError(_("A recipe has at most %(most)d steps.") % {"most": MAX_STEPS})
    if not all(isinstance(step, dict) and isinstance(step.get("step"), str) for step in steps):
        raise serializers.ValidationError(_("Each step is an object whose `step` is its name."))


def check_nul(value: Any) -> None:
    """Postgres keeps no NUL in JSON."""
    if "\\u0000" in json.dumps(value).replace("\\\\", ""):
        raise serializers.ValidationError(_("Null characters are not allowed."))


class ApplyParams(serializers.Serializer[Any]):
    """Without a recipe, every page gets what a look at it recommends."""

    recipe = serializers.JSONField(required=False, allow_null=True, default=None, validators=[check_recipe, check_nul])


class ImportParams(serializers.Serializer[Any]):
    """Written by `importing` alone."""


class ExportParams(serializers.Serializer[Any]):
    """`images` is a ZIP of the pages as they are now, `images-pdf` one PDF of them; the others are texts."""

    format = serializers.ChoiceField(choices=("images", "images-pdf", *FORMATS))


class LanguageField(serializers.RegexField):
    """A code of Tesseract's, such as eng or chi_sim."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[a-z]{3}(_[A-Za-z]+)?$", max_length=20, **kwargs)


class ReadParams(serializers.Serializer[Any]):
    languages = serializers.ListField(child=LanguageField(), min_length=1, max_length=8)
