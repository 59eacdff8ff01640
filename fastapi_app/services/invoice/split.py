"""Which pages of a file belong together: a stack of invoices in one scan, or one invoice of many pages.

What is in doubt stays together: pages that were torn apart lose their total, pages that were not can be told apart by
whoever looks at them.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from fastapi_app.services.layout import Page

EDGE = 0.2  # of the height: where page numbers stand, at the top and at the bottom
COUNTED = re.compile(
    r"\b(?:page|seite|pages?|p[áa]gina|pagina|sida|side|strona|str|s|p|עמוד|דף)\b\.?:?\s*"
    r"(\d{1,3})\s*(?:of|von|de|sur|di|van|av|af|z|/|מתוך|-)\s*(\d{1,3})\b",
    re.IGNORECASE,
)
BARE = re.compile(r"\(?\b(\d{1,3})\s*(?:/|of|von|מתוך)\s*(\d{1,3})\)?", re.IGNORECASE)  # a line of its own
HEAD_LINES = 2
LONGEST = 200  # pages of one invoice


class Clues(NamedTuple):
    """What one page says of its place: (page, of how many) as printed, the invoice's number, whether it has a total,
    and its head, as `head_of` gives it."""

    mark: tuple[int, int] | None
    number: str | None
    has_total: bool
    head: tuple[str, ...] = ()


def ranges(pages: Sequence[Clues]) -> list[tuple[int, int]]:
    """First and last page of every invoice, counted from 1."""
    starts, known = [1], pages[0]  # what is known of the invoice so far
    for at, clues in enumerate(pages[1:], start=2):
        if _begins(known, clues):
            starts.append(at)
            known = clues
        else:
            known = _with(known, clues)
    return list(zip(starts, [*(start - 1 for start in starts[1:]), len(pages)], strict=True))


def _begins(known: Clues, clues: Clues) -> bool:
    """Whether a new invoice begins with this page."""
    if clues.mark and clues.mark[0] > 1:
        return False
    is_first = clues.mark is not None and clues.mark[0] == 1
    was_last = known.mark is not None and known.mark[0] == known.mark[1]
    if is_first and was_last:
        return True  # were it the same number: a second copy
    has_another = bool(known.number and clues.number) and clues.number != known.number
    if is_first and has_another:
        return True
    is_midway = known.mark is not None and not was_last
    has_own_head = bool(clues.head) and clues.head == known.head
    return has_another and not is_midway and known.has_total and (clues.has_total or has_own_head)


def _with(known: Clues, clues: Clues) -> Clues:
    """Number and head of an invoice are those of its first page, its mark that of the last page that has one."""
    number, has_total = known.number or clues.number, known.has_total or clues.has_total
    return Clues(clues.mark or known.mark, number, has_total, known.head or clues.head)


def mark_of(page: Page) -> tuple[int, int] | None:
    """“Page 2 of 3” at the top or the bottom."""
    for line in page.lines:
        middle = line.box[1] + line.box[3] / 2
        if EDGE * page.height < middle < (1 - EDGE) * page.height:
            continue
        found = COUNTED.search(line.text) or BARE.fullmatch(line.text.strip())
        if found and 1 <= int(found[1]) <= int(found[2]) <= LONGEST:
            return int(found[1]), int(found[2])
    return None


def head_of(page: Page) -> tuple[str, ...]:
    """The letters of the first lines: a letterhead is the same on the next invoice, whatever its numbers are."""
    top = [line for line in page.lines if line.box[1] + line.box[3] / 2 < EDGE * page.height]
    return tuple("".join(filter(str.isalpha, line.text)).casefold() for line in top[:HEAD_LINES])
