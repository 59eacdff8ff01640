"""A recipe is data: the ordered steps that make a clean page out of a photographed one.

    {"version": 1, "preset": "manuscript", "steps": [{"step": "denoise", "strength": 10}, …], "why": […]}

Ranges, defaults and titles stand here once: the JSON Schema, the sliders of the page and the checks all come from them
(`recipe_info`). Ready-made recipes stand in `presets`, query parameters become one in `switches`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from fastapi_app.services.errors import BadParameter, BadRecipe
from fastapi_app.services.sheet import is_convex

DenoiseMethod = Literal["bilateral", "median", "gaussian", "nlmeans"]
BinarizeMethod = Literal["edges", "auto", "otsu", "adaptive", "sauvola", "wolf", "nick", "isauvola", "su", "manual"]

LONGEST = 8000  # characters of a recipe as ASCII JSON: answers carry it in a header, and proxies hold 16 kB of those


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Frozen):
    """A step says which it is, although its class would know."""

    model_config = ConfigDict(json_schema_extra={"required": ["step"]})


Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate]


def _round_a_sheet(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    if not is_convex(np.array(corners)):
        raise ValueError("the corners have to go round a sheet clockwise, from its top left")
    return corners


Corners = Annotated[tuple[Point, Point, Point, Point], AfterValidator(_round_a_sheet)]


class Perspective(Named):
    """Straighten a photographed sheet to a rectangle."""

    step: Literal["perspective"] = "perspective"
    corners: Corners | None = Field(
        None,
        title="Corners of the sheet",
        description="Each [x, y] in pixels of the original, clockwise from the top left; without, they are looked for.",
        json_schema_extra={"place": "corners"},
    )


class Orient(Named):
    """Turn the page the right way up, by quarter turns."""

    step: Literal["orient"] = "orient"
    min_confidence: float = Field(8.0, ge=0, le=20, title="Least confidence", json_schema_extra={"step": 0.5})


class Border(Named):
    """Paint the dark rim of a scan, and the neighbouring page's edge, as paper."""

    step: Literal["border"] = "border"
    depth: float = Field(10.0, ge=1, le=25, title="Deepest border", json_schema_extra={"unit": "%", "step": 0.5})


class Denoise(Named):
    """Remove grain and specks."""

    step: Literal["denoise"] = "denoise"
    method: DenoiseMethod = Field("bilateral", title="Method")
    strength: int = Field(10, ge=1, le=30, title="Strength")


class Deskew(Named):
    """Turn the lines level."""

    step: Literal["deskew"] = "deskew"
    max_angle: float = Field(15.0, ge=0.5, le=45, title="Largest angle", json_schema_extra={"unit": "°", "step": 0.5})
    min_angle: float = Field(0.0, ge=0, le=5, title="Smallest angle", json_schema_extra={"unit": "°", "step": 0.05})


Length = Annotated[int, Field(ge=1, le=1_000_000)]
Place = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class Crop(Named):
    """Cut empty margins off; what is on the page stays."""

    step: Literal["crop"] = "crop"
    margin: float = Field(2.0, ge=0, le=20, title="Margin", json_schema_extra={"unit": "%", "step": 0.5})
    box: tuple[Place, Place, Length, Length] | None = Field(
        None,
        title="Part to keep",
        description="[x, y, width, height] in pixels of the original; without, everything on the page and the margin.",
        json_schema_extra={"place": "box"},
    )


class Shade(Named):
    """Even out the light: the paper becomes white, strokes stay gray."""

    step: Literal["shade"] = "shade"
    reach: float = Field(2.0, ge=1, le=10, title="Broadest stroke", json_schema_extra={"unit": "%", "step": 0.5})


class Enhance(Named):
    """Strengthen local contrast."""

    step: Literal["enhance"] = "enhance"
    clip_limit: float = Field(2.0, ge=1, le=4, title="Contrast limit", json_schema_extra={"step": 0.1})
    tile_size: int = Field(8, ge=2, le=32, title="Tiles per side")


class Binarize(Named):
    """Make every pixel ink or paper."""

    step: Literal["binarize"] = "binarize"
    method: BinarizeMethod = Field("edges", title="Method")
    threshold: int | None = Field(None, ge=0, le=255, title="Threshold", description="For the method “manual”.")
    window: int | None = Field(
        None, ge=3, le=501, title="Window", description="For the local methods.", json_schema_extra={"unit": "px"}
    )
    k: float | None = Field(
        None, ge=-1, le=1, title="Sensitivity", description="For the local methods.", json_schema_extra={"step": 0.01}
    )


AnyStep = Perspective | Orient | Border | Denoise | Deskew | Crop | Shade | Enhance | Binarize
Step = Annotated[AnyStep, Field(discriminator="step")]
STEPS: dict[str, type[AnyStep]] = {
    "perspective": Perspective,
    "orient": Orient,
    "border": Border,
    "denoise": Denoise,
    "deskew": Deskew,
    "crop": Crop,
    "shade": Shade,
    "enhance": Enhance,
    "binarize": Binarize,
}


class Recipe(Frozen):
    """Ordered steps. `preset` names what it was made from, `why` says in sentences what an automatic choice went by."""

    version: Literal[1] = 1
    preset: str | None = Field(None, max_length=100)
    steps: tuple[Step, ...] = Field(max_length=12)
    why: tuple[Annotated[str, Field(max_length=500)], ...] = Field((), max_length=20)

    @model_validator(mode="after")
    def _is_short(self) -> "Recipe":
        if len(json.dumps(self.model_dump(mode="json"))) > LONGEST:
            raise ValueError(f"a recipe has at most {LONGEST} characters as JSON")
        return self

    @classmethod
    def parse(cls, recipe: str | bytes | Mapping[str, Any]) -> "Recipe":
        """From JSON text or a decoded object. Raises BadRecipe with `errors`: [{"loc": [...], "msg": ...}]."""
        try:
            if isinstance(recipe, (str, bytes)):
                return cls.model_validate_json(recipe)
            # Through JSON, so that only what a program could have sent gets in.
            return cls.model_validate_json(json.dumps(dict(recipe)))
        except ValidationError as error:
            raise BadRecipe("The recipe does not fit its schema.", errors=_problems(error)) from error
        except (TypeError, ValueError, RecursionError) as error:
            fault = [{"loc": ["recipe"], "msg": "A JSON object is expected."}]
            raise BadRecipe("The recipe is not a JSON object.", errors=fault) from error

    @property
    def is_gray(self) -> bool:
        """True when the page ends in two levels: nothing is gained by working on colour before."""
        return any(isinstance(step, Binarize) for step in self.steps)

    @property
    def keeps_grid(self) -> bool:
        """True when every pixel stays where it is."""
        return not any(isinstance(step, Perspective | Orient | Deskew | Crop) for step in self.steps)


def single(step: str, **parameters: Any) -> Recipe:
    """A recipe of one step, for the endpoints that do one thing. None means not given. Raises BadParameter."""
    if step not in STEPS:
        raise BadParameter(f"There is no step “{step}”; choose one of {', '.join(STEPS)}.")
    given = {name: value for name, value in parameters.items() if value is not None}
    try:
        return Recipe(steps=(STEPS[step].model_validate(given),))
    except ValidationError as error:
        raise refused(error) from error


def refused(error: ValidationError) -> BadParameter:
    """Parameters that do not fit: the first fault in words, all of them as `errors`."""
    found = _problems(error)
    return BadParameter(_sentence(found), errors=found)


def _problems(error: ValidationError) -> list[dict[str, Any]]:
    return [
        {"loc": [str(part) for part in fault["loc"]], "msg": fault["msg"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _sentence(faults: Sequence[Mapping[str, Any]]) -> str:
    first = faults[0]
    return f"{first['loc'][-1] if first['loc'] else 'The request'}: {first['msg']}."
