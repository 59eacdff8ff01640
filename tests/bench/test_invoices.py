"""What the benchmark of invoices says of a receipt that is read right, and of one whose truth is another."""

import json
from pathlib import Path

import cv2
import pytest

from bench.invoices import alike, run
from bench.tables import Options
from samples.invoice_words import ENGLISH
from samples.invoices import receipt

PAPER = receipt(ENGLISH, 2001)


def test_it_works(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "right.png"), PAPER.pixels())
    (tmp_path / "right.fields.json").write_text(json.dumps(dict(PAPER.truth)))
    cv2.imwrite(str(tmp_path / "other.png"), PAPER.pixels())
    (tmp_path / "other.fields.json").write_text(json.dumps({"company": PAPER.truth["vendor"], "total": "1.00"}))
    cv2.imwrite(str(tmp_path / "without.png"), PAPER.pixels())
    table = run(Options(tmp_path))
    shares = {row[0]: (row[1], row[2]) for row in table.rows}
    assert shares["vendor"] == (2, "1.000")
    assert shares["total"] == (2, "0.500")
    assert "2 pages" in table.notes[-1]


def test_a_folder_without_truth(tmp_path: Path) -> None:
    assert run(Options(tmp_path)).rows == []


@pytest.mark.parametrize(
    ("name", "truth", "value"),
    [
        ("vendor", "Ink & Paper Ltd.", "INK  PAPER LTD"),
        ("total", "RM 1,234.50", "1234.50"),
        ("date", "14 MAR 2018", "2018-03-14"),
    ],
)
def test_what_counts_as_alike(name: str, truth: str, value: str) -> None:
    assert alike(name, truth, value)
    assert not alike(name, truth, value.replace("1", "7").replace("INK", "OAK"))
