from django import template

from django_app.texts.formats import FORMATS, Format

register = template.Library()


@register.simple_tag
def text_formats() -> dict[str, Format]:
    """What a page's text can be downloaded as."""
    return FORMATS
