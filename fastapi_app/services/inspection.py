"""A look at a page before anything is done to it: what is measured, and the recipes that follow from it.

Measured on a copy of about 800 pixels, grain on rows of the page itself: some 10 ms for 9 megapixels. What the limits
below are worth is word recall of Tesseract over 43 pages, English, German, French and Hebrew, print, typescript,
handwriting and parchment: as they are 0.91, 0.83, 0.84, 0.52; by `for_reading` never worse, and turned, shaded and
grainy nearly the same, where untouched they give 0.37, 0.65, 0.44, 0.20. Making two levels first costs recall on every
kind: Tesseract reads gray strokes better than any threshold.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fastapi_app.services import deskew, pipeline
from fastapi_app.services.background import background
from fastapi_app.services.deskew import Skew
from fastapi_app.services.pixels import Pixels, halve, to_gray
from fastapi_app.services.raster import Limits, Raster, decode
from fastapi_app.services.recipe import AnyStep, Binarize, Denoise, Deskew, Enhance, Recipe, Shade

LOOK_LONGEST = 500
PAPER_LONGEST = 240
GRAIN_ROWS = 160
INK = 160  # below this, with the paper at 255, is ink
EDGE = 0.02  # of the page: how broad the margin is that a dark border lies in

UNEVEN = 0.3  # of the light: gentler shading does Tesseract no harm
GRAINY = 3.5  # levels, with the paper at 255
SOLID = 0.3  # of the page dark: a picture or white on black, no ink on paper
LEVEL = 0.1  # degrees: what nobody sees, and turning by it only softens
LEVEL_TO_READ = 0.2  # degrees: what Tesseract does not mind


@dataclass(frozen=True)
class PageFacts:
    """What one page is like.

    paper: brightness of the ordinary paper, 0–255. shading: share of the light that the darkest twentieth of the paper
    lacks against the brightest, 0–1. grain: standard deviation of the paper in levels as if it were white, 255. ink:
    share of the page that is dark. contrast: levels between the ink and the paper at 255. border: share of the page's
    rim that is dark. colour: mean distance between a pixel's largest and smallest channel in levels, 0 of a gray page.
    skew: to a degree, with its confidence.
    """

    width: int
    height: int
    dpi: float | None
    is_bilevel: bool
    paper: float
    shading: float
    grain: float
    ink: float
    contrast: float
    border: float
    colour: float
    skew: Skew

    @property
    def is_drawn(self) -> bool:
        """True for a page that no camera or scanner has seen: paper without any grain."""
        return self.is_bilevel or self.grain == 0

    @property
    def is_solid(self) -> bool:
        return self.ink > SOLID

    @property
    def is_shaded(self) -> bool:
        """Uneven light, and not the fields of colour of a drawn page."""
        return self.shading > UNEVEN and not self.is_drawn and not self.is_solid

    @property
    def is_grainy(self) -> bool:
        return self.grain > GRAINY and not self.is_solid

    @property
    def is_skewed(self) -> bool:
        """To be seen at a glance; what is less, `deskew` measures."""
        return self.skew.confidence >= deskew.CONFIDENT and self.skew.angle != 0


def inspect(raster: Raster) -> PageFacts:
    """Looks at a page, gray or colour."""
    look = raster.pixels
    while max(look.shape[:2]) >= 2 * LOOK_LONGEST:
        look = halve(look)
    gray = to_gray(look)
    paper = background(gray, PAPER_LONGEST)
    flat = cv2.divide(gray, cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR), scale=255)
    dark, usual, bright = (float(level) for level in np.quantile(paper, (0.05, 0.5, 0.95)))
    ink = cv2.inRange(flat, 0, INK - 1)
    return PageFacts(
        width=raster.width,
        height=raster.height,
        dpi=raster.dpi,
        is_bilevel=raster.is_bilevel,
        paper=usual,
        shading=round(1 - dark / bright, 3),
        grain=round(_grain(raster.pixels) * 255 / usual, 2),
        ink=round(cv2.countNonZero(ink) / ink.size, 4),
        contrast=round(255 - float(flat[ink > 0].mean()), 1) if ink.any() else 0.0,
        border=round(_dark_rim(paper, usual), 3),
        colour=round(float((look.max(axis=2) - look.min(axis=2)).mean()), 1) if look.ndim == 3 else 0.0,
        skew=deskew.glance(gray),
    )


def load(
    data: bytes, recipe: Recipe | None = None, *, frame: int = 0, limits: Limits | None = None
) -> tuple[Raster, Recipe]:
    """A page and the recipe for it: the given one, or else what a look at the page recommends for people.

    The look is at gray, which most pages end in; colour is decoded only for what stays a picture.
    """
    if recipe is None:
        page = decode(data, frame=frame, gray=True, limits=limits)
        recipe = for_looking(inspect(page))
        if recipe.is_gray:
            return page, recipe
    return pipeline.load(data, recipe, frame=frame, limits=limits), recipe


def _grain(pixels: Pixels) -> float:
    """Standard deviation of what changes from pixel to pixel along rows, by its median, which strokes do not move."""
    rows = to_gray(pixels[:: max(1, pixels.shape[0] // GRAIN_ROWS)]).astype(np.int16)
    if rows.shape[1] < 3:
        return 0.0
    bend = np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2])
    # A deviation is 1.48 medians; the second difference of noise has √6 times its deviation.
    return float(np.median(bend)) * 1.4826 / float(np.sqrt(6))


def _dark_rim(paper: Pixels, usual: float) -> float:
    """Share of the outermost paper that is darker than half the ordinary."""
    broad = max(1, round(EDGE * max(paper.shape)))
    rim = np.ones(paper.shape, bool)
    rim[broad:-broad, broad:-broad] = False
    return float((paper[rim] < usual / 2).mean())


def for_reading(facts: PageFacts) -> Recipe:
    """What a recognition engine reads best: level lines on white paper, strokes left gray; a good page left alone."""
    steps: list[AnyStep] = [Deskew(min_angle=LEVEL_TO_READ)]
    why = [_lines(facts, LEVEL_TO_READ)]
    if facts.is_shaded:
        steps.append(Shade())
        why.append(f"The light falls off by {facts.shading:.0%}: it is evened out.")
    if facts.is_grainy:
        steps.append(Denoise())
        why.append(f"The paper is grainy ({facts.grain:.1f} levels): it is smoothed.")
    return Recipe(preset="reading", steps=tuple(steps), why=tuple(why))


def for_looking(facts: PageFacts) -> Recipe:
    """What people want to see of a page: ink on white paper, level; a picture keeps its colours."""
    steps: list[AnyStep] = [Deskew(min_angle=LEVEL)]
    why = [_lines(facts, LEVEL)]
    if facts.is_solid:
        why.append(f"{facts.ink:.0%} of the page is dark: it stays as a picture, with a little more contrast.")
        return Recipe(preset="auto", steps=(*steps, Enhance(clip_limit=1.5)), why=tuple(why))
    if facts.is_grainy:
        steps.insert(0, Denoise())
        why.append(f"The paper is grainy ({facts.grain:.1f} levels): it is smoothed.")
    steps.append(Binarize())
    why.append(_light(facts))
    return Recipe(preset="auto", steps=tuple(steps), why=tuple(why))


def _lines(facts: PageFacts, level: float) -> str:
    if facts.is_skewed:
        return f"The lines are turned by about {abs(facts.skew.angle):.0f}°: they are turned level."
    return f"No skew to be seen at a glance: lines are turned level if they are off by {level:g}°."


def _light(facts: PageFacts) -> str:
    if facts.is_shaded:
        return f"The light falls off by {facts.shading:.0%}: ink is told from paper place by place."
    return "Ink on even paper: every pixel becomes one or the other."
