"""`./recto clean`: the engine from the shell, with no server.

Exit codes: 0 everything done; 1 some files failed, each with its reason on stderr; 2 wrong usage.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
from tqdm import tqdm

from fastapi_app.services import formats, inspection, ocr, pipeline, raster, reading
from fastapi_app.services.errors import EngineError
from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import Recipe

DONE, SOME_FAILED, USAGE = 0, 1, 2
EXTENSIONS = {"png": ".png", "tiff": ".tif", "jpeg": ".jpg", "webp": ".webp"}


@dataclass(frozen=True)
class Order:
    """What to do with every page; recipe None: what the page needs by the look of it; text_format None: not read."""

    recipe: Recipe | None
    format: str
    languages: tuple[str, ...]
    text_format: str | None


@dataclass(frozen=True)
class Task:
    """One page of one file, and where its result goes, without an extension."""

    source: Path
    frame: int
    target: Path


@dataclass(frozen=True)
class Failure:
    name: str
    reason: str


class Refused(Exception):
    """The command line asks for something that cannot be done."""


def parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(
        prog="recto clean",
        description="Cleans photographed or scanned pages, and reads them with --text. Needs no server.",
        epilog="Exit codes: 0 all done, 1 some files failed (the reason of each on stderr), 2 wrong usage.",
    )
    command.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JPEG, PNG, TIFF, WebP, BMP, JPEG 2000 or PDF"
    )
    command.add_argument("--text", action="store_true", help="also read the page; the text is written beside the image")
    command.add_argument(
        "--text-format", choices=list(formats.FORMATS), default="text", help="of that text (default: text)"
    )
    command.add_argument("--languages", default="eng", metavar="eng+heb", help="languages to read (default: eng)")
    how = command.add_mutually_exclusive_group()
    how.add_argument(
        "--preset", choices=["auto", *presets()], default="auto", help="auto (default): what the page needs"
    )
    how.add_argument("--recipe", type=Path, metavar="FILE", help="a recipe as JSON, as the page view saves it")
    command.add_argument("--format", choices=list(EXTENSIONS), default="png", help="of the cleaned page (default: png)")
    command.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="a folder; for a single page also a file name"
    )
    command.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="pages at a time (default: cores)")
    return command


def main(argv: Sequence[str] | None = None) -> int:
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as end:  # argparse has said what is wrong
        return int(end.code or 0)
    try:
        order = _order(arguments)
        tasks, failures = _tasks(arguments)
    except (Refused, EngineError) as error:
        print(f"recto clean: {error}", file=sys.stderr)
        return USAGE
    failures += _run(tasks, order, max(1, arguments.jobs))
    for failure in failures:
        print(f"recto clean: {failure.name}: {failure.reason}", file=sys.stderr)
    return SOME_FAILED if failures else DONE


def _order(arguments: argparse.Namespace) -> Order:
    chosen = presets().get(arguments.preset)
    if arguments.recipe:
        try:
            chosen = Recipe.parse(arguments.recipe.read_bytes())
        except OSError as error:
            raise Refused(f"{arguments.recipe} cannot be read: {error.strerror}.") from error
    languages = tuple(code for code in arguments.languages.split("+") if code)
    if arguments.text:
        missing = [code for code in languages if code not in ocr.languages()]
        if missing or not languages:
            raise Refused(f"The language {missing[0] if missing else '(none)'} is not installed for Tesseract.")
    return Order(chosen, arguments.format, languages, arguments.text_format if arguments.text else None)


def _tasks(arguments: argparse.Namespace) -> tuple[list[Task], list[Failure]]:
    pages: list[tuple[Path, int, int]] = []
    failures: list[Failure] = []
    for path in arguments.files:
        try:
            count = len(raster.inspect(path.read_bytes()).frames)
        except OSError as error:
            failures.append(Failure(str(path), f"cannot be read: {error.strerror}."))
        except EngineError as error:
            failures.append(Failure(str(path), str(error)))
        else:
            pages += [(path, frame, count) for frame in range(count)]
    return list(_aimed(pages, arguments)), failures


def _aimed(pages: Sequence[tuple[Path, int, int]], arguments: argparse.Namespace) -> Iterator[Task]:
    """Gives every page a target of its own that is none of the inputs."""
    out: Path | None = arguments.output
    as_file = (
        out is not None and len(arguments.files) == 1 and len(pages) <= 1 and not out.is_dir() and bool(out.suffix)
    )
    if out is not None and not as_file and out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file; several pages need a folder.")
    sources = {path.resolve() for path in arguments.files}
    taken: set[Path] = set()
    for path, frame, count in pages:
        number = f"-{frame + 1:0{len(str(count))}d}" if count > 1 else ""
        if as_file and out is not None:
            target = out.with_suffix("")
        else:
            target = (out or path.parent) / f"{path.stem}{number}{'' if out else '.clean'}"
        while target in taken:
            target = target.with_name(target.name + "-2")
        taken.add(target)
        ends = (EXTENSIONS[arguments.format], formats.FORMATS[arguments.text_format].extension)
        written = [target.with_name(target.name + end) for end in ends]
        if any(one.resolve() in sources for one in written):
            raise Refused(f"The result would overwrite the input {path}; give another folder with -o.")
        yield Task(path, frame, target)


def _run(tasks: Sequence[Task], order: Order, jobs: int) -> list[Failure]:
    """Pages in a pool of processes: one that kills its process is a failure, not the end of the run."""
    failures: list[Failure] = []
    fresh = multiprocessing.get_context("spawn")  # a fork would inherit OpenCV's locks without its threads
    with ProcessPoolExecutor(min(jobs, max(1, len(tasks))), fresh, initializer=_one_thread) as pool:
        running: dict[Future[str | None], Task] = {pool.submit(_clean, task, order): task for task in tasks}
        bar = tqdm(as_completed(running), total=len(tasks), unit="page", disable=None if len(tasks) > 1 else True)
        for future in bar:
            try:
                reason = future.result()
            except BrokenProcessPool:
                reason = "the page ended the process that worked on it."
            if reason:
                task = running[future]
                failures.append(Failure(f"{task.source} (page {task.frame + 1})", reason))
    return failures


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _clean(task: Task, order: Order) -> str | None:
    """Cleans and reads one page; None, or the reason why not."""
    try:
        data = task.source.read_bytes()
        page, steps = inspection.load(data, order.recipe, frame=task.frame)
        cleaned = pipeline.result(pipeline.run(page, steps, previews=False)).raster
        _write(task.target.with_name(task.target.name + EXTENSIONS[order.format]), raster.encode(cleaned, order.format))
        if order.text_format:
            form = formats.format_named(order.text_format)
            read = reading.result(reading.run(page, order.languages, seconds=300))
            origin = formats.Origin(task.source.name, task.frame, page.dpi, data, datetime.now(UTC))
            _write(task.target.with_name(task.target.name + form.extension), form.write([read], [origin]))
    except EngineError as error:
        return str(error)
    except OSError as error:
        return f"{error.strerror or 'the result could not be written'}."
    return None


def _write(path: Path, data: bytes) -> None:
    """Replaces the file only when all of the new one is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".recto-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    sys.exit(main())
