"""What came back to the people of a load: how long it took, and whether it was served, refused politely, or broken."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SERVED, REFUSED = "served", "refused"
TIMED_OUT, CUT_OFF = "timed out", "connection broken"


@dataclass(frozen=True)
class Sample:
    """One wait of one person. `outcome`: SERVED, REFUSED (429 or 503 with Retry-After), or what is wrong."""

    kind: str
    seconds: float
    outcome: str
    detail: str = ""


def outcome_of(status: int, headers: Mapping[str, str]) -> str:
    if 200 <= status < 400:
        return SERVED
    if status in (429, 503):
        return REFUSED if "retry-after" in headers else f"{status} without Retry-After"
    return str(status)


@dataclass
class Ledger:
    """The samples of a stretch of time."""

    samples: list[Sample] = field(default_factory=list)

    def note(self, sample: Sample) -> None:
        self.samples.append(sample)

    def kinds(self) -> list[str]:
        return sorted({sample.kind for sample in self.samples})

    def seconds(self, kind: str) -> list[float]:
        """Of what was served."""
        return [sample.seconds for sample in self.samples if sample.kind == kind and sample.outcome == SERVED]

    def refused(self) -> "Counter[str]":
        """By kind and status."""
        return Counter(f"{each.kind} {each.detail}" for each in self.samples if each.outcome == REFUSED)

    def broken(self) -> "Counter[str]":
        """What must never be: by kind and what was wrong."""
        wrong = (each for each in self.samples if each.outcome not in (SERVED, REFUSED))
        return Counter(f"{each.kind}: {each.outcome}" for each in wrong)


@dataclass(frozen=True)
class Step:
    """So many people for so many seconds. `arriving`: what came back while the new ones signed in."""

    people: int
    seconds: float
    arriving: Ledger
    measured: Ledger

    @property
    def ledgers(self) -> tuple[Ledger, Ledger]:
        return self.arriving, self.measured

    @property
    def a_second(self) -> float:
        """Requests."""
        return len(self.measured.samples) / self.seconds

    def percentile(self, kind: str, percent: int) -> float | None:
        """Milliseconds."""
        return percentile(self.measured.seconds(kind), percent)

    def refused(self) -> "Counter[str]":
        return total(ledger.refused() for ledger in self.ledgers)

    def broken(self) -> "Counter[str]":
        return total(ledger.broken() for ledger in self.ledgers)


def total(counters: Iterable["Counter[str]"]) -> "Counter[str]":
    return sum(counters, Counter())


def percentile(seconds: Sequence[float], percent: int) -> float | None:
    """Milliseconds; None without two values."""
    if len(seconds) < 2:
        return None
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]
