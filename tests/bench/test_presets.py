"""What presets and Auto Process do to the text of a page: on the benchmark's drawn pages, by the real Tesseract."""

from functools import cache

import pytest

from bench import presets
from bench.cases import Case, Score
from bench.pages import cleaned
from fastapi_app.services import ocr
from fastapi_app.services.presets import PRESETS
from samples import Kind, kinds

KINDS = {kind.name: (kind, case) for kind, case in zip(kinds(), presets.drawn(), strict=True)}


def errors(case: Case, way: str) -> int:
    """Wrong characters."""
    score = Score()
    score.add(case.truth, ocr.read(cleaned(case.data, presets.WAYS[way]), case.languages).text)
    return score.errors


@cache
def errors_of_clean(name: str, way: str) -> int:
    return errors(KINDS[name][1], way)


@pytest.mark.parametrize("way", ["Auto Process", "clean"])
@pytest.mark.parametrize("name", ["clean", "clean, Hebrew"])
def test_a_clean_page_reads_as_well_afterwards(name: str, way: str) -> None:
    """Two levels would cost its small, soft strokes."""
    untouched = errors_of_clean(name, "as it is")
    assert errors_of_clean(name, way) <= untouched
    assert errors_of_clean(name, "manuscript") > untouched


@pytest.mark.parametrize("name", ["manuscript", "print", "receipt"])
def test_each_preset_helps_its_own_kind(name: str) -> None:
    """A page of that kind, turned, shaded and grainy; in several grains, since of some Tesseract sees only half."""
    kind, case = KINDS[name]
    photographs = [presets.degraded(case, seed) for seed in range(4)]
    untouched, by_preset, by_auto = (
        sum(errors(each, way) for each in photographs) for way in ("as it is", kind.preset, "Auto Process")
    )
    assert by_preset < untouched / 2
    assert by_auto < untouched / 2


def test_there_is_a_page_for_every_preset() -> None:
    made: set[str] = {kind.preset for kind, _ in KINDS.values() if isinstance(kind, Kind)}
    assert made | {"photo"} == set(PRESETS)  # a photograph is any of them in a hurry
