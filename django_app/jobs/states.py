"""The states of an item, and what those of all its items say about a job."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.QUEUED, State.RUNNING)
FRUITLESS = (State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Tally:
    """How many items of a job are in which state, and what follows from that.

    `progress`: the percentages of the running items, added up.
    """

    queued: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    progress: int = 0

    @property
    def total(self) -> int:
        return self.queued + self.running + self.done + self.failed + self.cancelled

    @property
    def open(self) -> int:
        return self.queued + self.running

    @property
    def percent(self) -> int:
        return (100 * (self.total - self.open) + self.progress) // self.total if self.total else 100

    @property
    def state(self) -> str:
        """A job of which anything came out is completed; `failed` beside it says how many pages were not."""
        if self.open:
            return "queued" if self.queued == self.total else "running"
        if self.cancelled:
            return "cancelled"
        return "failed" if self.failed and not self.done else "completed"
