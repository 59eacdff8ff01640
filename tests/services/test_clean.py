"""`./recto clean`: what it writes, what it refuses, and its exit codes."""

import io
from pathlib import Path

import cv2
import pytest
from PIL import Image

from fastapi_app.services import raster
from launcher.clean import main
from samples import draw, photograph

PHOTO = photograph(draw(["Ink and paper", "for a clean page"], width=800, height=400, size=50, margin=60), angle=1.5)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.jpg"
    path.write_bytes(cv2.imencode(".jpg", PHOTO)[1].tobytes())
    return path


def test_it_works(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "clean.png"
    assert main([str(page), "-o", str(out), "--text"]) == 0
    assert raster.decode(out.read_bytes(), gray=True).is_bilevel
    assert "Ink and paper" in (tmp_path / "clean.txt").read_text()


def test_text_in_another_format(page: Path, tmp_path: Path) -> None:
    assert main([str(page), "-o", str(tmp_path / "out"), "--text", "--text-format", "hocr"]) == 0
    assert "page.jpg" in (tmp_path / "out" / "page.hocr").read_text()


def test_beside_the_input(page: Path) -> None:
    before = page.read_bytes()
    assert main([str(page), "--format", "jpeg"]) == 0
    assert (page.parent / "page.clean.jpg").exists()
    assert page.read_bytes() == before


def test_many_files_and_one_that_fails(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    text = tmp_path / "notes.txt"
    text.write_text("not a page")
    assert main([str(page), str(broken), str(text), str(tmp_path / "missing.png"), "-o", str(tmp_path / "out")]) == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["page.png"]
    said = capsys.readouterr().err
    assert all(name in said for name in ("broken.png", "notes.txt", "missing.png"))


def test_every_page_of_a_file(tmp_path: Path) -> None:
    image = Image.fromarray(cv2.cvtColor(PHOTO, cv2.COLOR_BGR2RGB))
    for name in ("book.pdf", "book.tif"):
        (tmp_path / name).write_bytes(b"")
        out = io.BytesIO()
        image.save(out, Path(name).suffix[1:].replace("tif", "tiff").upper(), save_all=True, append_images=[image])
        (tmp_path / name).write_bytes(out.getvalue())
    assert (
        main([str(tmp_path / "book.pdf"), str(tmp_path / "book.tif"), "-o", str(tmp_path / "out"), "--format", "tiff"])
        == 0
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "book-1-2.tif", "book-1.tif", "book-2-2.tif", "book-2.tif"]  # fmt: skip


def test_a_recipe_of_ones_own(page: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"steps": [{"step": "denoise"}]}')
    assert main([str(page), "--recipe", str(recipe), "-o", str(tmp_path / "out")]) == 0
    assert raster.decode((tmp_path / "out" / "page.png").read_bytes()).channels == 3


def test_the_input_is_never_overwritten(page: Path) -> None:
    before = page.read_bytes()
    assert main([str(page), "--format", "jpeg", "-o", str(page)]) == 2
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--preset", "best"],
        ["--text", "--languages", "klingon"],
        ["--recipe", "/nowhere.json"],
        ["--format", "gif"],
    ],
)
def test_wrong_usage(page: Path, arguments: list[str]) -> None:
    files = [str(page)] if arguments else []
    assert main([*files, *arguments]) == 2


def test_a_bad_recipe(page: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"steps": [{"step": "sharpen"}]}')
    assert main([str(page), "--recipe", str(recipe)]) == 2


def test_nothing_half_written_stays(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([str(page), "-o", str(out)]) == 0
    assert [path.name for path in out.iterdir()] == ["page.png"]


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "Exit codes" in capsys.readouterr().out
