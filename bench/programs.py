"""The programs of others that Recto is measured beside, as they are meant to be used, on one thread each."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2

from bench.cases import Case
from fastapi_app.services import raster
from fastapi_app.services.pixels import normalize
from fastapi_app.services.raster import Raster

SECONDS = 300
USUAL_DPI = 200  # for OCRmyPDF, which wants to know, where the file does not say
PROGRAMS = {
    "unpaper": ("unpaper",),
    "imagemagick": ("magick", "convert-im6.q16", "convert"),
    "ocrmypdf": ("ocrmypdf",),
}


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What a way made of a page: an image, or text, or both; neither where the program refused."""

    image: Raster | None = None
    text: str | None = None


Way = Callable[[Case, Path], Cleaned]


def missing() -> list[str]:
    """Debian packages of the programs that are not there."""
    return [package for package in PROGRAMS if _program(package) is None]


def ways() -> dict[str, Way]:
    """Those whose programs are installed; each takes a page and an empty folder to work in."""
    known: dict[str, tuple[str, Way]] = {
        "unpaper": ("unpaper", _unpaper),
        "ImageMagick -deskew 40%": ("imagemagick", partial(_imagemagick, more=())),
        "… -normalize -despeckle": ("imagemagick", partial(_imagemagick, more=("-normalize", "-despeckle"))),
        "OCRmyPDF --deskew --clean": ("ocrmypdf", _ocrmypdf),
    }
    gone = missing()
    return {name: way for name, (package, way) in known.items() if package not in gone}


def _program(package: str) -> str | None:
    return next((found for name in PROGRAMS[package] if (found := shutil.which(name))), None)


def _run(package: str, arguments: Sequence[object]) -> bool:
    command = [str(_program(package)), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False).returncode == 0


def _unpaper(case: Case, folder: Path) -> Cleaned:
    """It reads only PNM: the decoding belongs to its time."""
    page, cleaned = folder / "page.pgm", folder / "cleaned.pgm"
    pixels = raster.decode(case.data, gray=True).pixels
    page.write_bytes(b"P5 %d %d 255\n" % pixels.shape[::-1] + pixels.tobytes())
    return _image(cleaned) if _run("unpaper", ("-q", "--overwrite", page, cleaned)) else Cleaned()


def _imagemagick(case: Case, folder: Path, more: Sequence[str]) -> Cleaned:
    cleaned = folder / "cleaned.png"
    done = _run("imagemagick", (_written(case, folder), "-deskew", "40%", *more, "+repage", cleaned))
    return _image(cleaned) if done else Cleaned()


def _ocrmypdf(case: Case, folder: Path) -> Cleaned:
    """Its own reading; its page, straightened, out of the PDF."""
    pdf, sidecar = folder / "cleaned.pdf", folder / "text.txt"
    said = raster.decode(case.data, gray=True).dpi
    dpi = () if said and said >= 100 else ("--image-dpi", USUAL_DPI)
    how = ("--deskew", "--clean", "--rotate-pages", "--jobs", 1, "--output-type", "pdf", "-l", "+".join(case.languages))
    if not _run("ocrmypdf", ("-q", *how, *dpi, "--sidecar", sidecar, _written(case, folder), pdf)):
        return Cleaned()
    return Cleaned(raster.decode(pdf.read_bytes(), gray=True), sidecar.read_text("utf-8"))


def _written(case: Case, folder: Path) -> Path:
    path = folder / f"page.{raster.inspect(case.data).format}"
    path.write_bytes(case.data)
    return path


def _image(path: Path) -> Cleaned:
    """Also PNM, which Recto itself does not take."""
    page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return Cleaned() if page is None else Cleaned(Raster(normalize(page)))
