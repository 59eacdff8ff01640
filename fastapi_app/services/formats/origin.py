"""What a page was read from, as far as a file of text tells it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Origin:
    """The uploaded file and the number of the page in it.

    dpi: of the page, None when unknown. data: the file's bytes; the searchable PDF alone looks into them. at: when the
    page was read; the services have no clock.
    """

    filename: str = ""
    frame: int = 0
    dpi: float | None = None
    data: bytes = b""
    at: datetime | None = None


def origins_for(count: int, given: Sequence[Origin]) -> tuple[Origin, ...]:
    """One for each of `count` pages: those given, then nameless ones."""
    return tuple(given[number] if number < len(given) else replace(Origin(), frame=number) for number in range(count))
