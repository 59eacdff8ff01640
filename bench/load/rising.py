"""More and more people, until pages or clean-ups come too late or somebody is refused; and then many more."""

from collections.abc import Sequence

from bench.load.crowd import Crowd
from bench.load.ledger import Ledger, Step, total
from bench.load.people import CLEAN, IMAGE, LIVE, READ, UPLOAD, VIEW
from bench.load.uploads import Found
from bench.tables import Table

PEOPLE = (8, 12, 16, 24, 32, 48, 64, 96, 128)
BEYOND = (2, 4)  # times as many as were too many
MOST = 256
SECONDS = 20
BOUNDS = {VIEW: 200.0, CLEAN: 2000.0}  # milliseconds, of 95 of 100
SHOWN = (VIEW, CLEAN, IMAGE, UPLOAD, LIVE, READ)
HEAD = ("people", "requests/s", *(f"{kind}, ms" for kind in SHOWN), "refused", "broken")
MARKS = (50, 95, 99)


def until_it_breaks(people: Crowd) -> list[Step]:
    steps: list[Step] = []
    for count in PEOPLE:
        steps.append(people.step(count, SECONDS))
        if is_over(steps):
            break
    many = steps[-1].people
    return steps + [people.step(min(MOST, times * many), SECONDS) for times in BEYOND]


def is_over(steps: Sequence[Step]) -> bool:
    """Twice in a row too slow, or somebody was refused."""
    return bool(steps[-1].refused()) or (len(steps) > 1 and all(map(too_slow, steps[-2:])))


def too_slow(step: Step) -> list[str]:
    """Kinds whose bound is broken."""
    return [kind for kind, bound in BOUNDS.items() if (step.percentile(kind, 95) or 0) > bound]


def in_time(step: Step) -> bool:
    """What nobody did in this step is not known to be in time."""
    return not too_slow(step) and all(step.percentile(kind, 95) is not None for kind in BOUNDS)


def carried(steps: Sequence[Step]) -> Step | None:
    """The last step in which everybody was served in time, before the first of two that were too much."""
    found = None
    for number, step in enumerate(steps):
        if is_over(steps[: number + 1]):
            break
        if in_time(step) and not step.broken():
            found = step
    return found


def table(steps: Sequence[Step], last: Ledger, found: Found, notes: Sequence[str]) -> Table:
    ledgers = [ledger for step in steps for ledger in step.ledgers] + [last]
    broken = total(ledger.broken() for ledger in ledgers)
    wrong = "; ".join(f"{count} × {what}" for what, count in broken.items())
    verdict = (
        _carried(carried(steps)),
        _first(steps),
        f"Never to be, at any load: {wrong or 'nothing'}.",
        _uploads(found),
    )
    return Table(HEAD, [_row(step) for step in steps], (f"Milliseconds: {MARKS} of 100.", *verdict, *notes))


def _row(step: Step) -> Sequence[object]:
    marks = (_marks(step, kind) for kind in SHOWN)
    return (step.people, f"{step.a_second:.1f}", *marks, step.refused().total(), step.broken().total())


def _marks(step: Step, kind: str) -> str | None:
    """Milliseconds at each of MARKS; None if hardly anybody did that."""
    found = [step.percentile(kind, mark) for mark in MARKS]
    return None if None in found else " ".join(f"{each:.0f}" for each in found)


def _carried(step: Step | None) -> str:
    if step is None:
        return "No step was carried within the bounds."
    said = ", ".join(f"{kind} p95 {step.percentile(kind, 95) or 0:.0f} ms (≤ {BOUNDS[kind]:.0f})" for kind in BOUNDS)
    return f"Carried: {step.people} people, {step.a_second:.0f} requests a second; {said}."


def _first(steps: Sequence[Step]) -> str:
    slow = next((step for step in steps if too_slow(step)), None)
    refusing = next((step for step in steps if step.refused()), None)
    late = f"{', '.join(too_slow(slow))} at {slow.people} people" if slow else "nothing"
    refused = f"{dict(refusing.refused())} at {refusing.people} people" if refusing else "nobody"
    return f"First too slow: {late}. First refused (429 or 503 with Retry-After): {refused}."


def _uploads(found: Found) -> str:
    return (
        f"Uploads: {found.kept} taken in and {found.refused} refused; {len(found.lost)} lost, "
        f"{len(found.stray)} refused and there all the same, {len(found.unclear)} without an answer."
    )
