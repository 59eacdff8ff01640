"""The works that a child can be asked for: each a generator of (facts, bytes), from paths and plain values to messages.

Cancelling is closing the generator, so each yields wherever it can bear to stop.
"""

import io
import tarfile
import time
from collections.abc import Callable, Generator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import cv2

from fastapi_app import invoice_work, job_work, timing
from fastapi_app.services import formats, inspection, ocr, pipeline, raster, reading, renditions
from fastapi_app.services.errors import BadParameter, ImageTooLarge
from fastapi_app.services.formats import Origin
from fastapi_app.services.image_processor import ImageProcessor
from fastapi_app.services.layout import Page
from fastapi_app.services.raster import Limits, Raster
from fastapi_app.services.recipe import Recipe
from fastapi_app.services.switches import Switches

Message = tuple[dict[str, Any], bytes]
Messages = Generator[Message, None, None]

DRAFT_LONGEST = 1600  # pixels

# At most one: the page that the sliders of this child's socket are on, and the channels of its file.
_draft: dict[str, tuple[Raster, int]] = {}


def process(
    path: str,
    frame: int,
    key: str,
    *,
    limits: Limits,
    recipe: dict[str, Any] | None,
    switches: dict[str, Any] | None = None,
    output_format: str = "png",
    draft: bool = False,
    tell: Literal["result", "steps", "previews"] = "result",
) -> Messages:
    """Run a recipe, or with None what a look at the page recommends, with the switches laid over it. `complete`, with
    the encoded page, comes last; before it the progress of the steps, and their previews (JPEG), to whoever follows."""
    started = time.perf_counter()
    given = Switches.model_validate(switches or {}) if recipe is None else Recipe.parse(recipe)
    if draft:
        drafted, channels = _draft_of(path, frame, key, limits)
        page, steps = inspection.looked_at(drafted, given)
    else:
        data = Path(path).read_bytes()
        page, steps = inspection.load(data, given, frame=frame, limits=limits)
        channels = raster.channels(data, limits=limits)
    decoded = time.perf_counter()
    for event in pipeline.run(page, steps, previews=tell == "previews"):
        if isinstance(event, pipeline.Complete):
            yield _complete(channels, page, event, output_format, started, decoded)
        elif tell != "result":
            yield _step(event)


def _step(event: pipeline.Progress | pipeline.Preview) -> Message:
    if isinstance(event, pipeline.Progress):
        facts = {"percent": event.percent, "step": event.step, "message": event.message, "seconds": event.seconds}
        return {"type": "progress", **facts}, b""
    height, width = event.pixels.shape[:2]
    image = ImageProcessor.image_to_bytes(event.pixels, "jpeg")
    return {"type": "preview", "step": event.step, "width": width, "height": height}, image


def _complete(
    channels: int, page: Raster, event: pipeline.Complete, output_format: str, started: float, decoded: float
) -> Message:
    """`timings` are the recipe's steps; `seconds` is everything, decoding and encoding included."""
    encoding = time.perf_counter()
    image = raster.encode(event.raster, output_format)
    finished = time.perf_counter()
    return {
        "type": "complete",
        "format": output_format,
        "media_type": raster.MEDIA_TYPES[output_format],
        "width": event.raster.width,
        "height": event.raster.height,
        "original": {"width": page.original[0], "height": page.original[1], "channels": channels},
        "skew_angle": event.skew_angle,
        "matrix": event.raster.matrix.tolist(),
        "recipe": event.recipe.model_dump(mode="json"),
        "timings": timing.of_steps(event),
        "decode_seconds": decoded - started,
        "encode_seconds": finished - encoding,
        "seconds": finished - started,
    }, image


def read(
    path: str,
    frame: int,
    key: str,
    *,
    limits: Limits,
    languages: list[str],
    most: int | None = None,
    **how: Any,
) -> Messages:
    """One page: `page` with its layout as JSON. With `most`, how many pages the file has comes first, if not more.

    `how` are `clean`, `engine` and `psm` of `reading.run`, as far as they were asked for.
    """
    data = Path(path).read_bytes()
    if most is not None:
        yield {"type": "file", "pages": _counted(data, limits, most)}, b""
    page = raster.decode(data, frame=frame, gray=True, limits=limits)
    for event, told in timing.timed(reading.run(page, languages, **how)):
        if isinstance(event, Page):
            yield {"type": "page"} | told, event.model_dump_json().encode()
        else:
            yield {"type": "step"} | told, b""


def _counted(data: bytes, limits: Limits, most: int) -> int:
    count = len(raster.inspect(data, limits=limits).frames)
    if count > most:
        raise ImageTooLarge(f"The file has {count} pages; at most {most} are read at once.", limit=most)
    return count


def write(
    path: str, frame: int, key: str, *, limits: Limits, pages: list[str], format: str, filename: str, at: str
) -> Messages:
    """Layouts (JSON) of pages from `frame` on, as they were read or corrected since, in a format.

    The file is their original; `filename` and `at` (ISO 8601) are what formats tell of the upload and the time.
    """
    data = Path(path).read_bytes()
    declared = dict(enumerate(raster.inspect(data, limits=limits).frames))
    now = datetime.fromisoformat(at)
    origins = [
        Origin(filename, number, declared[number].dpi if number in declared else None, data, now)
        for number in range(frame, frame + len(pages))
    ]
    form = formats.format_named(format).holding(len(pages))
    written = form.write([Page.model_validate_json(page) for page in pages], origins)
    yield {"type": "text", "media_type": form.media_type, "extension": form.extension}, written


def echo(path: str, frame: int, key: str, *, limits: Limits) -> Messages:
    """The image decoded and encoded again in its own format (PNG where that cannot be written)."""
    data = Path(path).read_bytes()
    own = raster.inspect(data, limits=limits).format
    form = own if own in raster.MEDIA_TYPES else "png"
    image = raster.encode(raster.decode(data, frame=frame, limits=limits), form)
    yield {"type": "image", "format": form, "media_type": raster.MEDIA_TYPES[form]}, image


def inspect(path: str, frame: int, key: str, *, limits: Limits) -> Messages:
    """Format and pages of a file."""
    file = raster.inspect(Path(path).read_bytes(), limits=limits)
    yield {"type": "file", "format": file.format, "frames": [asdict(frame) for frame in file.frames]}, b""


def thumbnail(path: str, frame: int, key: str, *, limits: Limits, longest: int) -> Messages:
    """A small JPEG."""
    image = renditions.thumbnail(Path(path).read_bytes(), frame, longest, limits=limits)
    yield {"type": "image", "format": "jpeg", "media_type": "image/jpeg"}, image


def tiles(path: str, frame: int, key: str, *, limits: Limits) -> Messages:
    """A Deep Zoom pyramid as a tar archive."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in renditions.tiles(raster.decode(Path(path).read_bytes(), frame=frame, limits=limits)):
            entry = tarfile.TarInfo(str(name))
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
            yield {"type": "tile"}, b""
    yield {"type": "archive", "media_type": "application/x-tar"}, archive.getvalue()


def engines(*, limits: Limits) -> Messages:
    """What can be read with what. Raises EngineUnavailable without Tesseract."""
    versions = {**ocr.versions(), "opencv": cv2.__version__}
    yield {"type": "engines", "languages": list(ocr.languages()), "versions": versions}, b""


def _draft_of(path: str, frame: int, key: str, limits: Limits) -> tuple[Raster, int]:
    """The reduced page and its file's channels, decoded when it is another than last time."""
    if not key:
        raise BadParameter("A draft needs a key.")
    if key not in _draft:
        data = Path(path).read_bytes()
        page = raster.reduce(raster.decode(data, frame=frame, limits=limits), DRAFT_LONGEST)
        _draft.clear()
        _draft[key] = page, raster.channels(data, limits=limits)
    return _draft[key]


WORKS: dict[str, Callable[..., Messages]] = {
    "process": process,
    "read": read,
    "write": write,
    "echo": echo,
    "inspect": inspect,
    "thumbnail": thumbnail,
    "tiles": tiles,
    "engines": engines,
    **job_work.WORKS,
    **invoice_work.WORKS,
}
