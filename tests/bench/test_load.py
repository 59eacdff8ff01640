"""What `bench load` makes of what it sees."""

from collections import Counter

import pytest

from bench.load import rising
from bench.load.ledger import REFUSED, SERVED, TIMED_OUT, Ledger, Sample, Step, outcome_of
from bench.load.people import CLEAN, UPLOAD, VIEW, tiles_of
from bench.load.pictures import unlike
from bench.pages import jpeg
from fastapi_app.services import raster
from samples import draw


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, SERVED),
        (302, {}, SERVED),
        (503, {"retry-after": "5"}, REFUSED),
        (429, {"retry-after": "1"}, REFUSED),
        (503, {}, "503 without Retry-After"),
        (504, {"retry-after": "5"}, "504"),
        (500, {}, "500"),
    ],
)
def test_only_who_hears_when_to_come_again_is_refused_politely(
    status: int, headers: dict[str, str], outcome: str
) -> None:
    assert outcome_of(status, headers) == outcome


def step(people: int, view: float, clean: float = 0.5, *others: Sample) -> Step:
    """`view`, `clean`: seconds of every page view and every clean-up."""
    served = [Sample(kind, seconds, SERVED) for kind, seconds in ((VIEW, view), (CLEAN, clean)) for _ in range(9)]
    return Step(people, 10, Ledger(), Ledger([*served, *others]))


def test_one_slow_step_is_no_end() -> None:
    steps = [step(4, 0.1), step(8, 0.3), step(12, 0.1), step(16, 0.1, 2.5), step(24, 0.3)]
    assert [rising.is_over(steps[: number + 1]) for number in range(5)] == [False, False, False, False, True]
    found = rising.carried(steps)
    assert found is not None
    assert found.people == 12


def test_a_refusal_is_the_end() -> None:
    steps = [step(4, 0.1), step(8, 0.1, 0.5, Sample(UPLOAD, 0.1, REFUSED, "503"))]
    assert rising.is_over(steps)
    found = rising.carried(steps)
    assert found is not None
    assert (found.people, steps[1].refused()) == (4, Counter({"upload 503": 1}))


def test_what_must_not_be_is_counted_apart() -> None:
    bad = step(8, 0.1, 0.5, Sample(UPLOAD, 30, TIMED_OUT), Sample(VIEW, 0.1, "500"))
    assert bad.broken() == Counter({"upload: timed out": 1, "page view: 500": 1})
    assert not bad.refused()
    assert rising.carried([bad]) is None
    assert rising.carried([Step(8, 10, Ledger(), Ledger())]) is None


def test_every_upload_is_another_file_of_the_same_image() -> None:
    page = jpeg(draw(["Ink"], width=300, height=200, size=30, margin=20))
    first, second = unlike(page, "1"), unlike(page, "2")
    assert len({page, first, second}) == 3
    assert (raster.decode(first).pixels == raster.decode(page).pixels).all()


def test_tiles_of_a_screen() -> None:
    described = '<Image TileSize="254"><Size Width="2550" Height="3550"/></Image>'
    assert tiles_of(described) == [f"10/{x}_{y}.jpg" for x in range(3) for y in range(4)]
    assert tiles_of("") == []
