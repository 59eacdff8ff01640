"""JSON from outside, bounded before anything is made of it: in depth, and in what a text or a number may be.

Its bytes are bounded by Django (DATA_UPLOAD_MAX_MEMORY_SIZE).
"""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 32  # lists and objects in one another; a recipe has four


class BoundedJSONParser(JSONParser):
    """Raises ParseError also for what a database column or an answer of ours could not hold."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            found = json.loads(stream.read().decode(), parse_constant=refuse, parse_float=finite)
        except RecursionError as error:
            raise too_deep() from error
        except ValueError as error:
            raise ParseError(_("The body is not JSON that can be read: %(why)s") % {"why": error}) from error
        check(found)
        return found


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number.")


def finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        refuse(digits[:40])
    return number


def check(found: Any) -> None:
    """Level by level, so that no depth can hurt."""
    level = [found]
    for _depth in range(DEEPEST):
        for text in filter(lambda each: isinstance(each, str), level):
            check_text(text)
        level = [inner for each in level for inner in parts(each)]
        if not level:
            return
    raise too_deep()


def too_deep() -> ParseError:
    return ParseError(_("Lists and objects stand too deep in one another."))


def parts(found: Any) -> Iterator[Any]:
    if isinstance(found, dict):
        yield from found
        yield from found.values()
    elif isinstance(found, list):
        yield from found


def check_text(text: str) -> None:
    """Half a character (a lone surrogate) is no text in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError(_("A text holds half a character.")) from error
