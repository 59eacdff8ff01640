"""Is an invoice among the others of its batch once more?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fastapi_app.services.invoice.facts import Facts
from fastapi_app.services.invoice.identity import number_key, same_name, tax_key, vendor_key
from fastapi_app.services.invoice.issues import Issue, issue
from fastapi_app.services.invoice.models import Invoice

Named = tuple[str, Invoice]
"""What a clerk calls it (file name, and page where a file holds several), and the invoice."""

MOST_COMPARED = 50
"""Others with the same number, or the same day and total, that one invoice is compared with."""


class Batch:
    """Invoices by what duplicates have in common; built once, asked for each."""

    def __init__(self, facts: Sequence[tuple[str, Facts]]) -> None:
        self._by_key: dict[tuple[str, ...], list[tuple[str, Facts]]] = defaultdict(list)
        for name, each in facts:
            for key in _keys(each):
                self._by_key[key].append((name, each))

    def check(self, facts: Facts) -> Iterator[Issue]:
        for key in _keys(facts):
            others = [each for each in self._by_key[key][:MOST_COMPARED] if each[1].invoice is not facts.invoice]
            same = [name for name, other in others if _same_vendor(facts, other) and _may_be_same(key[0], facts, other)]
            if same:
                yield _told(key[0], facts, same)
                return


def _keys(facts: Facts) -> Iterator[tuple[str, ...]]:
    """The stronger first."""
    number, day, total = number_key(facts.text("invoice_number")), facts.day(), facts.amount("total")
    if number:
        yield "duplicate_number", number
    if day and total:
        yield "duplicate_content", day.isoformat(), f"{total.normalize():f}"


def _same_vendor(one: Facts, other: Facts) -> bool:
    numbers = [tax_key(each.text("vendor_tax_id")) for each in (one, other)]
    if numbers[0] and numbers[0] == numbers[1]:
        return True
    return same_name(*(vendor_key(each.text("vendor")) for each in (one, other)))


def _may_be_same(code: str, one: Facts, other: Facts) -> bool:
    """Two purchases on one day at one price have two numbers."""
    numbers = {number_key(each.text("invoice_number")) for each in (one, other)} - {""}
    return code == "duplicate_number" or len(numbers) < 2


def _told(code: str, facts: Facts, same: Sequence[str]) -> Issue:
    name = same[0] if len(same) == 1 else f"{same[0]} (and {len(same) - 1} more)"
    total = facts.amount("total")
    return issue(
        code,
        name=name,
        number=facts.text("invoice_number"),
        date=facts.text("date"),
        total=facts.say(total) if total is not None else "",
    )
