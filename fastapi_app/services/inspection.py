"""A look at a page before anything is done to it: what is measured, and the recipes that follow from it.

Measured on a copy of about 800 pixels, grain and skew on the page itself: some 16 ms for 8 megapixels. What the limits
below are worth is word recall of Tesseract over 43 pages, English, German, French and Hebrew, print, typescript,
handwriting and parchment: as they are 0.91, 0.83, 0.84, 0.52; by `for_reading` never worse, and turned, shaded and
grainy nearly the same, where untouched they give 0.37, 0.65, 0.44, 0.20.

Two levels, for people, cost next to nothing on photographs (0.918 against 0.922 in gray, ten English pages turned,
shaded and grainy; untouched 0.533), but up to a tenth on clean pages with soft strokes, where nothing is to be gained:
those are only turned level. Denoising before two levels cost recall in six of eight groups of pages, and half a point
of F-measure on 49 old ones (88.8 → 88.4; stronger contrast: 83.4), so it is not done.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fastapi_app.services import border, deskew, pipeline, sheet, threads
from fastapi_app.services.background import background
from fastapi_app.services.border import Border as Rim
from fastapi_app.services.perspective import straighten
from fastapi_app.services.pixels import Pixels, halved, median, quantiles, shrink, to_gray
from fastapi_app.services.raster import Limits, Raster, Skew, decode
from fastapi_app.services.recipe import AnyStep, Binarize, Border, Denoise, Deskew, Enhance, Perspective, Recipe, Shade
from fastapi_app.services.sheet import Sheet
from fastapi_app.services.switches import Switches

Advice = list[tuple[AnyStep, str]]
"""Steps, each with the sentence that says why."""

LOOK_LONGEST = deskew.COARSE_LONGEST
LIGHT_LONGEST = 64
BORDER_LONGEST = 320
GRAIN_ROWS = 64
INK = 160  # below this, with the paper at 255, is ink
TONE = 0.15  # of the light: what differs by more from how the light falls is no paper

UNEVEN = 0.3  # of the light: gentler shading does Tesseract no harm
GRAINY = 3.5  # levels, with the paper at 255
SOLID = 0.3  # of the page dark: a picture or white on black, no ink on paper
PICTURE = 0.4  # of the page in tones: no page of writing, old or new, has had more than a quarter
BORDERED = 0.002  # of the page
REACH = Deskew().max_angle
LEVEL = 0.1  # degrees: what nobody sees, and turning by it only softens
LEVEL_TO_READ = 0.2  # degrees: what Tesseract does not mind
WHITE = 225  # brightness of paper that need not be made white
EVEN = 0.1  # of the light: what nobody sees


@dataclass(frozen=True)
class PageFacts:
    """What one page is like.

    sheet: where it lies on a photograph, in pixels of the original, if it is seen surely; what follows is then measured
    on the sheet. paper: brightness of the ordinary paper, 0–255. shading: share of the light that the darkest twentieth
    of the paper lacks against the brightest, 0–1. grain: standard deviation of the paper in levels as if it were white,
    255. ink: share of the page that is dark. tones: share that is neither paper in some even light nor writing on it.
    border: share that is a dark rim or beyond. skew: of a page that is whole as it is; to a degree where a sheet is to
    be cut out or a border to be cleaned first.
    """

    width: int
    height: int
    dpi: float | None
    is_bilevel: bool
    sheet: Sheet | None
    paper: float
    shading: float
    grain: float
    ink: float
    tones: float
    border: float
    skew: Skew

    @property
    def is_drawn(self) -> bool:
        """True for a page that no camera or scanner has seen: paper without any grain."""
        return self.is_bilevel or self.grain == 0

    @property
    def is_solid(self) -> bool:
        return self.ink > SOLID

    @property
    def is_picture(self) -> bool:
        return self.is_solid or self.tones > PICTURE

    @property
    def is_bordered(self) -> bool:
        return self.border > BORDERED and not self.is_picture

    @property
    def is_shaded(self) -> bool:
        """Uneven light, and not the fields of colour of a drawn page."""
        return self.shading > UNEVEN and not self.is_drawn and not self.is_solid

    @property
    def is_grainy(self) -> bool:
        return self.grain > GRAINY and not self.is_solid

    @property
    def is_clean(self) -> bool:
        """Ink on white paper, in even light if it was ever lit, hardly any grain: there is nothing to be cleaned."""
        is_even = self.is_drawn or (self.shading <= EVEN and not self.is_grainy)
        return self.sheet is None and self.paper >= WHITE and is_even and not self.is_picture

    @property
    def is_skewed(self) -> bool:
        """To be seen at a glance; what is less, `deskew` has measured, or will."""
        return self.skew.confidence >= deskew.CONFIDENT and round(self.skew.angle) != 0


def inspect(raster: Raster) -> PageFacts:
    """Looks at a page, gray or colour."""
    return _looked(raster)[0]


def _looked(raster: Raster) -> tuple[PageFacts, Raster]:
    """The facts, and the page with what of them holds for its pixels and later steps would measure again."""
    copy = to_gray(halved(raster.pixels, LOOK_LONGEST))
    (gray, found), (rim, grain) = threads.both(
        lambda: _sheet(raster, copy), lambda: (_rim(copy), _grain(raster.pixels))
    )
    if found is not None:
        rim = _rim(gray)
    skew, (paper, tones) = threads.both(
        lambda: _skew(raster, gray, is_whole=found is None and rim.share <= BORDERED), lambda: _paper(gray)
    )
    flat = cv2.divide(gray, cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR), scale=255)
    dark, usual, bright = quantiles(paper, 0.05, 0.5, 0.95)
    ink = cv2.inRange(flat, 0, INK - 1)
    facts = PageFacts(
        width=raster.width,
        height=raster.height,
        dpi=raster.dpi,
        sheet=found,
        is_bilevel=raster.is_bilevel,
        paper=float(usual),
        shading=round(1 - dark / bright, 3),
        grain=round(grain * 255 / usual, 2),
        ink=round(cv2.countNonZero(ink) / ink.size, 4),
        tones=round(tones, 3),
        border=round(rim.share, 4),
        skew=skew,
    )
    return facts, replace(raster, skew=skew, paper=paper if found is None and raster.channels == 1 else None)


def load(
    data: bytes, wanted: Recipe | Switches | None = None, *, frame: int = 0, limits: Limits | None = None
) -> tuple[Raster, Recipe]:
    """A page and the recipe for it: the given one, or else what a look at the page recommends for people, with the
    switches laid over it.

    The look is at gray, which most pages end in; colour is decoded only for what stays a picture. Raises BadParameter.
    """
    if isinstance(wanted, Recipe):
        return pipeline.load(data, wanted, frame=frame, limits=limits), wanted
    gray, recipe = looked_at(decode(data, frame=frame, gray=True, limits=limits), wanted)
    if recipe.is_gray:
        return gray, recipe
    return replace(decode(data, frame=frame, limits=limits), skew=gray.skew), recipe


def looked_at(page: Raster, wanted: Recipe | Switches | None = None) -> tuple[Raster, Recipe]:
    """The page with what is known of it, and the given recipe, or what a look recommends, with the switches over it."""
    if isinstance(wanted, Recipe):
        return page, wanted
    facts, page = _looked(page)
    recipe = for_looking(facts)
    return page, recipe if wanted is None else wanted.over(recipe)


def prepared_to_read(page: Raster) -> tuple[Raster, Recipe]:
    """The same for the recipe by which a recognition engine reads best."""
    facts, page = _looked(page)
    return page, for_reading(facts)


def _grain(pixels: Pixels) -> float:
    """Standard deviation of what changes from pixel to pixel along rows, by its median, which strokes do not move."""
    rows = to_gray(pixels[:: max(1, pixels.shape[0] // GRAIN_ROWS)]).astype(np.int16)
    if rows.shape[1] < 3:
        return 0.0
    bend = np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2])
    # A deviation is 1.48 medians; the second difference of noise has √6 times its deviation.
    return median(bend) * 1.4826 / float(np.sqrt(6))


def _sheet(page: Raster, gray: Pixels) -> tuple[Pixels, Sheet | None]:
    """Of a copy of the page, what is the sheet, and where it lies, if one is seen surely on a photograph; else all."""
    found = sheet.find(gray)
    if found is None or found.confidence < sheet.CONFIDENT:
        return gray, None
    return straighten(gray, found.corners)[0], _on_original(found, gray, page)


def _rim(gray: Pixels) -> Rim:
    return border.find(gray, longest=BORDER_LONGEST)


def _skew(page: Raster, copy: Pixels, *, is_whole: bool) -> Skew:
    """Measured on a page that is whole as it is; of one that is cut out or cleaned of a border before, a glance."""
    return deskew.estimate(to_gray(page.pixels), REACH, copy) if is_whole else deskew.glance(copy)


def _on_original(found: Sheet, copy: Pixels, page: Raster) -> Sheet:
    """What was found on a small copy of a page, so that the step need not look again."""
    scale = np.array([page.width / copy.shape[1], page.height / copy.shape[0]])
    corners = (found.corners + 0.5) * scale - 0.5
    return replace(found, corners=np.array([page.to_original(x, y) for x, y in corners.tolist()]))


def _paper(gray: Pixels) -> tuple[Pixels, float]:
    """The paper behind the ink on a small copy, and its tones."""
    paper = background(gray, deskew.PAPER_LONGEST)
    return paper, _tones(paper)


def _tones(paper: Pixels) -> float:
    """Share of the paper that is brighter or darker than a light that falls off smoothly, fitted without what is dark
    (a surface of the second degree), would make it."""
    small = shrink(paper, LIGHT_LONGEST).astype(np.float32)
    y, x = np.mgrid[-1 : 1 : small.shape[0] * 1j, -1 : 1 : small.shape[1] * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1).reshape(-1, 6)
    levels = small.ravel()
    dark = 0.1 * np.median(levels)
    weight = np.ones_like(levels)
    for _ in range(4):
        weighed = terms.T * weight
        light = terms @ np.linalg.lstsq(weighed @ terms, weighed @ levels)[0]
        weight = np.where(levels < light - dark, np.float32(0.05), np.float32(1))
    return float((np.abs(levels - light) > TONE * np.maximum(light, 1)).mean())


def for_reading(facts: PageFacts) -> Recipe:
    """What a recognition engine reads best: level lines on white paper, strokes left gray; a good page left alone."""
    steps: Advice = [*_seen_askew(facts), (Deskew(min_angle=LEVEL_TO_READ), _lines(facts, LEVEL_TO_READ))]
    if facts.is_shaded:
        steps.append((Shade(), f"The light falls off by {facts.shading:.0%}: it is evened out."))
    if facts.is_grainy:
        steps.append((Denoise(), f"The paper is grainy ({facts.grain:.1f} levels): it is smoothed."))
    return _recipe("reading", steps)


def for_looking(facts: PageFacts) -> Recipe:
    """What people want to see of a page: ink on white paper, level; a picture keeps its colours."""
    steps = _seen_askew(facts)
    if facts.is_bordered:
        steps.append((Border(), f"{facts.border:.1%} of the page is a dark rim: it becomes paper."))
    if facts.is_clean:
        return _recipe("auto", [*steps, *_only_level(facts)])
    steps.append((Deskew(min_angle=LEVEL), _lines(facts, LEVEL)))
    steps.append(
        (Enhance(clip_limit=1.5, tile_size=2), _picture(facts)) if facts.is_picture else (Binarize(), _light(facts))
    )
    return _recipe("auto", steps)


def _only_level(facts: PageFacts) -> Advice:
    """Strokes stay as they are, which reads better than any threshold; two levels stay two, even when turned."""
    clean = "The page is clean already: white paper, even light, hardly any grain. Its strokes stay as they are."
    steps: Advice = [(Deskew(min_angle=LEVEL_TO_READ), f"{clean} {_lines(facts, LEVEL_TO_READ)}")]
    if facts.is_bilevel:
        steps.append((Binarize(method="otsu"), "It has two levels and keeps them."))
    return steps


def _recipe(name: str, steps: Advice) -> Recipe:
    """One sentence a step, in the same order."""
    return Recipe(preset=name, steps=tuple(step for step, _ in steps), why=tuple(why for _, why in steps))


def _seen_askew(facts: PageFacts) -> Advice:
    if facts.sheet is None:
        return []
    share = f"A sheet of paper takes up {facts.sheet.area:.0%} of the photograph: it is straightened and cut out."
    corners = [[round(value, 1) for value in corner] for corner in facts.sheet.corners.tolist()]
    return [(Perspective.model_validate({"corners": corners}), share)]


def _picture(facts: PageFacts) -> str:
    seen = f"{facts.ink:.0%} of the page is dark" if facts.is_solid else f"{facts.tones:.0%} of the page is in tones"
    return f"{seen}: it stays as a picture, with a little more contrast."


def _lines(facts: PageFacts, level: float) -> str:
    if facts.is_skewed:
        return f"The lines are turned by about {abs(facts.skew.angle):.0f}°: they are turned level."
    return f"No skew to be seen at a glance: lines are turned level if they are off by {level:g}°."


def _light(facts: PageFacts) -> str:
    if facts.is_shaded:
        return f"The light falls off by {facts.shading:.0%}: ink is told from paper place by place."
    return "Ink on even paper: every pixel becomes one or the other."
