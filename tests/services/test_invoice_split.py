"""Which pages of a file belong together."""

import pytest

from fastapi_app.services.invoice.split import Clues, head_of, mark_of, ranges
from fastapi_app.services.layout import Line, Page, Region, Word

HEAD = ("acmepaper", "garstreet")


def page(number: str | None = None, mark: tuple[int, int] | None = None, *, total: bool = True) -> Clues:
    return Clues(mark, number, total, HEAD)


TERMS = Clues(None, None, has_total=False)


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([page("A")], [(1, 1)]),
        ([page("A"), page("B"), page("C")], [(1, 1), (2, 2), (3, 3)]),
        ([page("A"), TERMS, page("B"), TERMS], [(1, 2), (3, 4)]),
        ([page("A", total=False), page("A", total=False), page("A")], [(1, 3)]),
        ([page("A", (1, 2), total=False), page("A", (2, 2)), page("B", (1, 1))], [(1, 2), (3, 3)]),
        ([page("A", (1, 1)), page("A", (1, 1))], [(1, 1), (2, 2)]),
        ([page("A", (1, 2)), page("B", (1, 1))], [(1, 1), (2, 2)]),
        ([page(None, (1, 2), total=False), page(None, (2, 2)), page(None, (1, 2)), page(None, (2, 2))],
         [(1, 2), (3, 4)]),
    ],
)  # fmt: skip
def test_taken_apart(pages: list[Clues], found: list[tuple[int, int]]) -> None:
    assert ranges(pages) == found


@pytest.mark.parametrize(
    "pages",
    [
        [page("A"), page("A")],  # a copy of the same
        [page("A", total=False), page("order 7", total=False)],  # no sum yet: the second number may be anything
        [page("A", (1, 3)), page("B", (2, 3)), page("A", (3, 3))],  # counted on
        [page("A", (1, 3)), page("A", (1, 3))],  # each page calls itself the first
        [page("A", (1, 3)), page("B")],  # two pages are still to come
        [page("A"), page(None)],  # a copy of the last page, perhaps
        [page("A"), Clues(None, "B", has_total=False)],  # neither a sum nor the same head
        [TERMS, page("A")],  # a covering letter
    ],
)
def test_in_doubt_together(pages: list[Clues]) -> None:
    assert ranges(pages) == [(1, len(pages))]


def printed(*lines: tuple[int, str]) -> Page:
    """Lines at these heights of a page of 1000."""
    found = [
        Line.of([Word(text=word, confidence=1, box=(10, y, 90, 20)) for word in text.split()]) for y, text in lines
    ]
    return Page(width=700, height=1000, languages=(), engine="", confidence=1, regions=(Region.of(found),))


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Page 2 of 3", (2, 3)),
        ("ACME Seite 1 von 4", (1, 4)),
        ("Seite: 1/2", (1, 2)),
        ("Page 1 / 1 ACME", (1, 1)),
        ("עמוד 2 מתוך 3", (2, 3)),
        ("3/4", (3, 4)),
        ("Page 3 of 2", None),
        ("14/03/2024", None),
        ("Call 5 of 9 numbers", None),
        ("Page 1 of 999", None),
    ],
)
def test_marks(text: str, mark: tuple[int, int] | None) -> None:
    assert mark_of(printed((950, text))) == mark
    assert mark_of(printed((500, text))) is None  # in the middle of the page nobody counts pages


def test_heads_are_told_by_their_letters() -> None:
    first = printed((20, "ACME Paper Ltd"), (60, "Invoice 17"), (600, "Total 5.00"))
    second = printed((20, "ACME Paper Ltd"), (60, "Invoice 18"), (600, "Total 9.00"))
    assert head_of(first) == head_of(second) == ("acmepaperltd", "invoice")
