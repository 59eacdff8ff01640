"""What the worker of jobs asks of a child: a page of a stored file, from path and plain values to its result.

Each is a generator of (facts, bytes), as in `work`; the last message is the result.
"""

import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import img2pdf
import numpy as np

from fastapi_app import timing
from fastapi_app.services import ENGINE_VERSION, formats, inspection, pipeline, raster, reading, renditions
from fastapi_app.services.errors import UnusableImage
from fastapi_app.services.layout import Page
from fastapi_app.services.raster import Limits
from fastapi_app.services.recipe import Recipe

Messages = Generator[tuple[dict[str, Any], bytes], None, None]


def clean_page(path: str, frame: int, *, limits: Limits, recipe: dict[str, Any] | None) -> Messages:
    """The recipe on an original, or with None what a look at the page recommends: a PNG and the facts of a version."""
    given = None if recipe is None else Recipe.parse(recipe)
    page, steps = inspection.load(Path(path).read_bytes(), given, frame=frame, limits=limits)
    for event in pipeline.run(page, steps, previews=False):
        if isinstance(event, pipeline.Complete):
            yield {"percent": 100, "timings": timing.of_steps(event)}, b""
            yield _version(event), raster.encode(event.raster, "png")
        elif isinstance(event, pipeline.Progress):
            yield {"percent": event.percent}, b""


def _version(event: pipeline.Complete) -> dict[str, Any]:
    page = event.raster
    return {
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "recipe": event.recipe.model_dump(mode="json"),
        "matrix": page.matrix.tolist(),
        "skew_angle": event.skew_angle,
        "engine_version": ENGINE_VERSION,
    }


def read_page(
    path: str,
    frame: int,
    *,
    limits: Limits,
    languages: list[str],
    clean: str,
    matrix: list[list[float]],
    original: list[int],
) -> Messages:
    """The layout of a version, in pixels of the original; `matrix` maps original pixels (3x3) to the version's."""
    page = raster.decode(Path(path).read_bytes(), frame=frame, gray=True, limits=limits)
    placed = replace(page, matrix=page.matrix @ np.array(matrix), original=(original[0], original[1]))
    yield from _told(reading.run(placed, languages, clean=clean))


def _told(events: Iterator[reading.Event]) -> Messages:
    for event, told in timing.timed(events):
        if isinstance(event, Page):
            yield told, b""
            yield {"layout": event.model_dump(mode="json")}, b""
        else:
            yield told, b""


def unpack_file(path: str, member: str, *, limits: Limits) -> Messages:
    """One file of a ZIP archive: its format and frames, and its bytes."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        try:
            data = file.read(limits.bytes + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UnusableImage("The archive is damaged at this file.") from error
    image = raster.inspect(data, limits=limits)
    yield {"format": image.format, "frames": [asdict(frame) for frame in image.frames]}, data


def draw_page(path: str, frame: int, *, limits: Limits) -> Messages:
    """A page as PNG, for programs that open neither PDF nor TIFF."""
    yield {}, raster.encode(raster.decode(Path(path).read_bytes(), frame=frame, limits=limits), "png")


def try_page(path: str, frame: int, *, limits: Limits) -> Messages:
    """Whether a page can be drawn at all."""
    renditions.thumbnail(Path(path).read_bytes(), frame, limits=limits)
    yield {}, b""


def write_text(pages: list[dict[str, Any]], origins: list[dict[str, Any]], format: str, *, limits: Limits) -> Messages:
    """Layouts as a file of text. `origins`: {"path", "frame", "filename"}; only a PDF shows what was read."""
    found = [
        formats.Origin(
            filename=each["filename"],
            frame=each["frame"],
            data=Path(each["path"]).read_bytes() if format == "pdf" else b"",
        )
        for each in origins
    ]
    written = formats.write([Page(**page) for page in pages], format, found)
    yield {"extension": formats.format_named(format).holding(len(pages)).extension.lstrip(".")}, written


def bind_pages(pages: list[dict[str, Any]], *, limits: Limits) -> Messages:
    """One PDF of all pages; JPEG and PNG go into it as they are. `pages`: {"path", "frame"}."""
    images = []
    for number, page in enumerate(pages):
        images.append(_bindable(Path(page["path"]), page["frame"], limits))
        yield {"percent": 90 * number // len(pages)}, b""
    yield {}, img2pdf.convert(images, rotation=img2pdf.Rotation.ifvalid)


def _bindable(path: Path, frame: int, limits: Limits) -> bytes:
    """What a PDF can hold: no alpha, one page, a form that it knows."""
    data = path.read_bytes()
    if path.suffix == ".jpg" or (path.suffix == ".png" and not _has_alpha(data)):
        return data
    return raster.encode(raster.decode(data, frame=frame, limits=limits), "png")


def _has_alpha(png: bytes) -> bool:
    """By the colour type of the header, and a tRNS chunk (ISO 15948, 11.2 and 11.3)."""
    return png[25:26] in (b"\x04", b"\x06") or b"tRNS" in png[:4096] or png[24:25] == b"\x10"


WORKS: dict[str, Callable[..., Messages]] = {
    "clean_page": clean_page,
    "read_page": read_page,
    "unpack_file": unpack_file,
    "draw_page": draw_page,
    "try_page": try_page,
    "write_text": write_text,
    "bind_pages": bind_pages,
}
