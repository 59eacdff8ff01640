"""What a text can be downloaded as. A further format is a further entry."""

from collections.abc import Callable
from dataclasses import dataclass

from django_app.texts.store import Layout, plain


@dataclass(frozen=True)
class Format:
    media_type: str
    extension: str
    write: Callable[[Layout], str]


FORMATS = {"text": Format("text/plain; charset=utf-8", "txt", plain)}
