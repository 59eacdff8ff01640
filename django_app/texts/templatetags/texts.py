from collections.abc import Collection
from typing import Any

from django import template

from django_app.texts.formats import FORMATS, Format
from django_app.texts.languages import USUAL, language_name

register = template.Library()


@register.simple_tag
def text_formats() -> dict[str, Format]:
    """What a page's text can be downloaded as."""
    return FORMATS


@register.inclusion_tag("partials/languages.html")
def choose_languages(prefix: str, installed: Collection[str], chosen: Collection[str] = USUAL) -> dict[str, Any]:
    """One check box for each language that the engine has, `chosen` ones checked; those alone while it is away."""
    codes = [code for code in installed if code != "osd"] or chosen
    return {"choices": [(f"{prefix}-{code}", code, language_name(code), code in chosen) for code in codes]}
