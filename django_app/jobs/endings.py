"""What else is to be done when a job of some kind has ended, whoever ended it: once at least, perhaps twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_app.jobs.models import Job

Ending = Callable[["Job"], bool]
ENDINGS: dict[str, Ending] = {}


def followed(job: Job) -> bool:
    """False if it could not be done now: `sweep` asks again."""
    ending = ENDINGS.get(job.kind)
    return ending is None or ending(job)
