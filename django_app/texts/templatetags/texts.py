from django import template

from django_app.texts.formats import FORMATS, Format
from django_app.texts.languages import language_name

register = template.Library()
register.filter(language_name)


@register.simple_tag
def text_formats() -> dict[str, Format]:
    """What a page's text can be downloaded as."""
    return FORMATS
