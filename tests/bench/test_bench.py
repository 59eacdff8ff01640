"""The benchmarks: what they measure with, and the comparison with other programs on a small folder."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench import speed
from bench.__main__ import main
from bench.cases import Case, Score, cases
from bench.peers import NOTES, run
from bench.programs import PROGRAMS, missing
from bench.registration import turned_by
from bench.tables import Options, Table
from fastapi_app.services.pixels import to_gray
from samples import draw, photograph

LINES = ["Ink and paper", "Line 2 of 3"]
PAGE = draw(LINES, width=900, height=500, size=50, margin=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "page.png"), PAGE)
    (tmp_path / "page.gt.txt").write_text("\n".join(LINES))
    cv2.imwrite(str(tmp_path / "page.gt.png"), PAGE)
    cv2.imwrite(str(tmp_path / "without.png"), PAGE)
    return tmp_path


def test_it_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "--pages", str(folder), "--json"]) == 0
    rows = {row["way"]: row for row in json.loads(capsys.readouterr().out)["peers"]["rows"]}
    assert {"as it is", "Recto, cleaned", "Recto's own reading"} <= set(rows)
    for way in ("as it is", "Recto, cleaned", "Recto's own reading"):
        assert (rows[way]["errors"], rows[way]["words"]) == ("0.000", "1.000")


def test_programs_that_are_not_there_or_refuse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in PROGRAMS:
        monkeypatch.setitem(PROGRAMS, package, ("no-such-program",))
    monkeypatch.setitem(PROGRAMS, "imagemagick", ("false",))
    assert missing() == ["unpaper", "ocrmypdf"]
    table = run(Options(folder))
    absent, refused = table.notes[len(NOTES) :][:2]
    assert "apt-get install unpaper ocrmypdf" in absent
    assert refused == "ImageMagick -deskew 40% refused page.png."
    rows = {row[0]: row[-2:] for row in table.rows}
    assert "unpaper" not in rows
    assert rows["ImageMagick -deskew 40%"] == ("1.000", "0.000")


def test_pages_of_a_folder_have_their_text_beside_them(folder: Path) -> None:
    (page,) = cases(Options(folder, ("eng", "heb")))
    assert (page.name, page.truth.split("\n"), page.languages) == ("page.png", LINES, ("eng", "heb"))
    assert cases(Options(folder, limit=0)) == []


def test_drawn_pages_are_clean_and_photographed() -> None:
    pages = cases(Options(limit=4))
    assert [case.group for case in pages] == ["clean", "clean", "clean", "photographed"]
    assert all(isinstance(case, Case) and case.straight is not None for case in pages)


def test_scores() -> None:
    score = Score()
    score.add("ink and paper", "ink  and\npapers")
    score.add("three more words", "")
    assert (score.errors, score.letters) == (1 + 16, 13 + 16)
    assert (score.found, score.words) == (2, 6)
    assert Score().error_rate == 0


@pytest.mark.parametrize("angle", [0.0, 1.5, -4.0])
def test_what_is_left_of_a_skew(angle: float) -> None:
    page = draw(["Ink and paper stay", "where they were put", "by whoever wrote"], width=900, height=700, size=60)
    photo = to_gray(photograph(page, angle=angle, shade=0.6, grain=6))
    larger = np.pad(photo, 40, mode="edge")
    assert turned_by(larger, page) == pytest.approx(angle, abs=0.05)


def test_a_table_in_words() -> None:
    assert str(Table(("way", "s"), [("one", None), ("other way", 2)], ("A note.",))).splitlines() == [
        "  way        s",
        "  one",
        "  other way  2",
        "  A note.",
    ]


def test_a_benchmark_that_there_is_not() -> None:
    with pytest.raises(SystemExit):
        main(["nothing"])


def test_without_a_name_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "unpaper, ImageMagick and OCRmyPDF" in capsys.readouterr().out


def test_speed_on_a_page_of_ones_own(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "page.png"), PAGE)
    row = speed.run(Options(tmp_path)).facts()["rows"][0]
    assert row["page"] == "page.png"
    assert float(row["Recto s"]) > 0
    assert row["Recto of floor"].endswith("×")
