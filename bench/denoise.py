"""Denoise and enhance: time a megapixel, and how well pages are read after each, in gray and in two levels."""

from functools import partial

from bench.cases import Case, Score, cases
from bench.pages import Pixels, clean, jpeg, seconds
from bench.tables import Options, Table
from fastapi_app.services import ocr, pipeline, raster
from fastapi_app.services.recipe import AnyStep, Binarize, Denoise, Deskew, Enhance, Recipe, Shade
from samples import TRUTH, photograph

GRAINS = (3, 8, 14)
SIZES = (24, 40)
NOTES = ("Character error rates of Tesseract on level lines: in gray with the shading taken out, and in two levels.",)


def steps() -> dict[str, tuple[AnyStep, ...]]:
    """Each step with its parameters, alone, and two together."""
    smoothed = {f"bilateral {strength}": Denoise(strength=strength) for strength in (5, 10, 20)}
    others = {name: Denoise.model_validate({"method": name}) for name in ("median", "gaussian", "nlmeans")}
    enhanced = {f"enhance {clip:g}": Enhance(clip_limit=clip) for clip in (1.5, 2, 3)}
    alone: dict[str, AnyStep] = {**smoothed, **others, **enhanced}
    both = {"bilateral 10, enhance 1.5": (Denoise(), Enhance(clip_limit=1.5))}
    return {"none": (), **{name: (step,) for name, step in alone.items()}, **both}


def run(options: Options) -> Table:
    """With a folder, on its pages that have their text beside them."""
    pages = cases(options) if options.pages else [_page(size, grain) for grain in GRAINS for size in SIZES]
    groups = list(dict.fromkeys(case.group for case in pages))
    sample = raster.decode(pages[0].data, gray=True).pixels
    rows = [(name, _pace(chosen, sample), *_errors(chosen, pages, groups)) for name, chosen in steps().items()]
    head = [f"{group} {kind}".strip() for kind in ("gray", "two levels") for group in groups]
    return Table(("step", "s/MP", *head), rows, NOTES)


def _page(size: int, grain: float) -> Case:
    image = photograph(clean(size * 36, size * 50, size), angle=2, shade=0.5, grain=grain)
    data = jpeg(image)
    return Case(f"size {size}", data, " ".join(TRUTH), ("eng", "heb"), f"grain {grain}")


def _pace(chosen: tuple[AnyStep, ...], sample: Pixels) -> str:
    page, recipe = raster.Raster(sample), Recipe(steps=chosen)
    work = partial(pipeline.result, pipeline.run(page, recipe, previews=False))
    return f"{seconds(work, 1) / (sample.size / 1e6):.3f}"


def _errors(chosen: tuple[AnyStep, ...], pages: list[Case], groups: list[str]) -> list[str]:
    """Of the groups in gray, then of the groups in two levels."""
    scores = {(kind, group): Score() for kind in (False, True) for group in groups}
    for case in pages:
        for in_two_levels in (False, True):
            recipe = Recipe(steps=(*chosen, Deskew(), Binarize()) if in_two_levels else (Deskew(), Shade(), *chosen))
            events = pipeline.run(pipeline.load(case.data, recipe), recipe, previews=False)
            page = pipeline.result(events).raster
            scores[in_two_levels, case.group].add(case.truth, ocr.read(page, case.languages).text)
    return [f"{score.error_rate:.3f}" for score in scores.values()]
