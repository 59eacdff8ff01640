"""A steady load for a long time: is the stack as large after it as before, and was everybody served?"""

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from bench.load.crowd import Crowd
from bench.load.held import CHILDREN, Held, held
from bench.load.ledger import Ledger, Step, percentile, total
from bench.load.people import CLEAN, UPLOAD, VIEW
from bench.load.uploads import Found
from bench.tables import Table
from launcher.stack import Stack

PEOPLE = 8
VOLLEY = 64  # requests at once: more than Django has threads
WARM_UP = 120  # seconds in which everything is used that keeps memory
STRETCH = 30
REST = 60  # seconds after which no child lingers any more
# Of a family, in the last third against the first: a share and MiB. Children come and go; theirs is told at rest.
MORE_MEMORY = (1.05, 10.0)
# What may come and go: a connection and its descriptor for each thread of Django and each process of the workers, and
# the file of a process that has something new to count for the metrics.
MORE = {
    "processes": 0,
    "open descriptors": 48,
    "temporary files": 4,
    "connections to Postgres": 40,
    "connections to Redis": 40,
}
HEAD = ("MiB", "at rest before", "first third", "last third", "at rest after", "MiB an hour", "verdict")


@dataclass(frozen=True)
class Soak:
    """What was held before, in each stretch, and after; what the people met."""

    before: Held
    stretches: tuple[Held, ...]
    after: Held
    steps: tuple[Step, ...]
    last: Ledger
    found: Found

    def part(self, family: str, third: int) -> float:
        """Median MiB in a third of the time."""
        size = max(1, len(self.stretches) // 3)
        return statistics.median(each.memory[family] for each in self.stretches[third * size : (third + 1) * size])

    def slope(self, family: str) -> float:
        """MiB an hour, by least squares."""
        hours = [number * (STRETCH + 2) / 3600 for number in range(len(self.stretches))]
        return statistics.linear_regression(hours, [each.memory[family] for each in self.stretches]).slope


def soak(stack: Stack, people: Crowd, minutes: float) -> Soak:
    _wake_every_thread(stack.origin)
    people.step(PEOPLE, WARM_UP)
    before = _at_rest(stack, people)
    end = time.monotonic() + 60 * minutes
    steps, stretches = [], []
    while time.monotonic() < end:
        steps.append(people.step(PEOPLE, STRETCH))
        stretches.append(held(stack))
    last = people.leave()
    time.sleep(REST)
    return Soak(before, tuple(stretches), held(stack), tuple(steps), last, people.found())


def _wake_every_thread(origin: str) -> None:
    """Django's threads are made, and open their connections, when they are first needed: that is no leak."""
    with ThreadPoolExecutor(VOLLEY) as pool, httpx.Client(base_url=origin, timeout=60, trust_env=False) as client:
        for _ in range(3):
            list(pool.map(client.get, ["/readyz"] * VOLLEY))


def _at_rest(stack: Stack, people: Crowd) -> Held:
    people.leave()
    time.sleep(REST)
    return held(stack)


def table(soaked: Soak, minutes: float, agreement: str) -> Table:
    families = [family for family in soaked.before.memory if any(each.memory[family] for each in soaked.stretches)]
    rows = [_memory_row(soaked, family) for family in families] + [_count_row(soaked, name) for name in MORE]
    return Table(HEAD, rows, (_served(soaked, minutes), *_wrong(soaked), agreement))


def _memory_row(soaked: Soak, family: str) -> Sequence[object]:
    first, last = soaked.part(family, 0), soaked.part(family, 2)
    share, more = MORE_MEMORY
    before, after = soaked.before.memory[family], soaked.after.memory[family]
    early, late = (before, after) if family == CHILDREN else (first, last)
    is_flat = late <= early * share + more
    figures = (before, first, last, after, soaked.slope(family))
    return (family, *(f"{figure:.0f}" for figure in figures), "flat" if is_flat else "GROWS")


def _count_row(soaked: Soak, name: str) -> Sequence[object]:
    before, after = soaked.before.counts()[name], soaked.after.counts()[name]
    size = max(1, len(soaked.stretches) // 3)
    counts = [each.counts()[name] for each in soaked.stretches]
    first, last = (f"{statistics.median(part):.0f}" for part in (counts[:size], counts[-size:]))
    return (name, before, first, last, after, "", "none left" if after <= before + MORE[name] else "LEFT")


def _served(soaked: Soak, minutes: float) -> str:
    samples = [sample for step in soaked.steps for sample in step.measured.samples]
    everything = Ledger(samples)
    marks = (f"{kind} p95 {percentile(everything.seconds(kind), 95) or 0:.0f} ms" for kind in (VIEW, CLEAN, UPLOAD))
    return f"{PEOPLE} people for {minutes:g} minutes, {len(samples)} requests: {', '.join(marks)}."


def _wrong(soaked: Soak) -> tuple[str, ...]:
    ledgers = [ledger for step in soaked.steps for ledger in step.ledgers] + [soaked.last]
    refused, broken = (total(getattr(ledger, what)() for ledger in ledgers) for what in ("refused", "broken"))
    return (
        f"refused: {dict(refused) or 'nobody'}; broken: {dict(broken) or 'nothing'}.",
        f"uploads: {soaked.found}",
        f"temporary files at rest: {', '.join(soaked.before.files)}; afterwards: {', '.join(soaked.after.files)}",
    )
