"""A recipe is data: the ordered steps that make a clean page out of a photographed one.

    {"version": 1, "preset": "manuscript", "steps": [{"step": "denoise", "strength": 10}, …], "why": […]}

Ranges, defaults and titles stand here once: the JSON Schema, the sliders of the page and the checks all come from them.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.errors import BadParameter, BadRecipe

DenoiseMethod = Literal["bilateral", "median", "gaussian", "nlmeans"]
BinarizeMethod = Literal["edges", "auto", "otsu", "adaptive", "sauvola", "wolf", "nick", "isauvola", "su", "manual"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Orient(Frozen):
    """Turn the page the right way up, by quarter turns."""

    step: Literal["orient"] = "orient"
    min_confidence: float = Field(8.0, ge=0, le=20, title="Least confidence", json_schema_extra={"step": 0.5})


class Denoise(Frozen):
    """Remove grain and specks."""

    step: Literal["denoise"] = "denoise"
    method: DenoiseMethod = Field("bilateral", title="Method")
    strength: int = Field(10, ge=1, le=30, title="Strength")


class Deskew(Frozen):
    """Turn the lines level."""

    step: Literal["deskew"] = "deskew"
    max_angle: float = Field(15.0, ge=0.5, le=45, title="Largest angle", json_schema_extra={"unit": "°", "step": 0.5})
    min_angle: float = Field(0.0, ge=0, le=5, title="Smallest angle", json_schema_extra={"unit": "°", "step": 0.05})


class Shade(Frozen):
    """Even out the light: the paper becomes white, strokes stay gray."""

    step: Literal["shade"] = "shade"
    reach: float = Field(2.0, ge=1, le=10, title="Broadest stroke", json_schema_extra={"unit": "%", "step": 0.5})


class Enhance(Frozen):
    """Strengthen local contrast."""

    step: Literal["enhance"] = "enhance"
    clip_limit: float = Field(2.0, ge=1, le=4, title="Contrast limit", json_schema_extra={"step": 0.1})
    tile_size: int = Field(8, ge=2, le=32, title="Tiles per side")


class Binarize(Frozen):
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


AnyStep = Orient | Denoise | Deskew | Shade | Enhance | Binarize
Step = Annotated[AnyStep, Field(discriminator="step")]
STEPS: dict[str, type[AnyStep]] = {
    "orient": Orient,
    "denoise": Denoise,
    "deskew": Deskew,
    "shade": Shade,
    "enhance": Enhance,
    "binarize": Binarize,
}


class Recipe(Frozen):
    """Ordered steps. `preset` names what it was made from, `why` says in sentences what an automatic choice went by."""

    version: Literal[1] = 1
    preset: str | None = Field(None, max_length=100)
    steps: tuple[Step, ...] = Field(max_length=12)
    why: tuple[str, ...] = Field((), max_length=20)

    @classmethod
    def parse(cls, recipe: str | bytes | Mapping[str, Any]) -> "Recipe":
        """From JSON text or a decoded object. Raises BadRecipe with `errors`: [{"loc": [...], "msg": ...}]."""
        try:
            if isinstance(recipe, (str, bytes)):
                return cls.model_validate_json(recipe)
            # Through JSON, so that only what a program could have sent gets in.
            return cls.model_validate_json(json.dumps(dict(recipe)))
        except ValidationError as error:
            raise BadRecipe("The recipe does not fit its schema.", errors=problems(error)) from error
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
        return not any(isinstance(step, Orient | Deskew) for step in self.steps)


PRESETS: dict[str, tuple[str, str, Recipe]] = {
    "manuscript": (
        "Manuscript",
        "Ink on old or shaded paper, photographed or scanned.",
        Recipe(preset="manuscript", steps=(Denoise(), Deskew(), Enhance(clip_limit=1.5), Binarize())),
    ),
    "print": (
        "Print",
        "A printed page or typescript.",
        Recipe(preset="print", steps=(Denoise(strength=5), Deskew(), Binarize())),
    ),
    "receipt": (
        "Receipt",
        "Faint thermal print, often crumpled.",
        Recipe(preset="receipt", steps=(Denoise(), Deskew(), Enhance(clip_limit=3.0), Binarize(method="sauvola"))),
    ),
    "photo": (
        "Photograph",
        "Stays in colour: straightened, with more contrast.",
        Recipe(preset="photo", steps=(Denoise(strength=5), Deskew(), Enhance(clip_limit=1.5))),
    ),
    "clean": (
        "Already clean",
        "Only straightened.",
        Recipe(preset="clean", steps=(Deskew(max_angle=5.0),)),
    ),
}
DEFAULT_PRESET = "manuscript"


def presets() -> dict[str, Recipe]:
    return {name: recipe for name, (_, _, recipe) in PRESETS.items()}


class Switches(Frozen):
    """The query parameters of auto-process: steps on or off, and their parameters under their own names."""

    preset: Literal["manuscript", "print", "receipt", "photo", "clean"] | None = None
    orient: bool | None = None
    denoise: bool | None = None
    deskew: bool | None = None
    shade: bool | None = None
    enhance: bool | None = None
    binarize: bool | None = None
    denoise_method: DenoiseMethod | None = None
    min_confidence: float | None = None
    strength: int | None = None
    max_angle: float | None = None
    min_angle: float | None = None
    reach: float | None = None
    clip_limit: float | None = None
    tile_size: int | None = None
    method: BinarizeMethod | None = None
    threshold: int | None = None
    window: int | None = None
    k: float | None = None

    def recipe(self) -> Recipe:
        """The preset with the switches and parameters laid over it."""
        name = self.preset or DEFAULT_PRESET
        base: dict[str, AnyStep] = {step.step: step for step in presets()[name].steps}
        steps = [
            self._step(kind, base.get(kind))
            for kind in STEPS
            if (kind in base if getattr(self, kind) is None else getattr(self, kind))
        ]
        return Recipe.model_validate({"preset": name, "steps": steps})

    def _step(self, kind: str, base: AnyStep | None) -> dict[str, Any]:
        values = (base or STEPS[kind]()).model_dump()
        for field in STEPS[kind].model_fields:
            given = "denoise_method" if (kind, field) == ("denoise", "method") else field
            if field != "step" and getattr(self, given) is not None:
                values[field] = getattr(self, given)
        return values


def from_parameters(**query: Any) -> Recipe:
    """The recipe that auto-process runs for these query parameters; None means not given.

    Raises BadParameter with `errors` for an unknown name or a value out of range.
    """
    try:
        return Switches.model_validate({name: value for name, value in query.items() if value is not None}).recipe()
    except ValidationError as error:
        found = problems(error)
        raise BadParameter(_sentence(found), errors=found) from error


def single(step: str, **parameters: Any) -> Recipe:
    """A recipe of one step, for the endpoints that do one thing. None means not given. Raises BadParameter."""
    if step not in STEPS:
        raise BadParameter(f"There is no step “{step}”; choose one of {', '.join(STEPS)}.")
    given = {name: value for name, value in parameters.items() if value is not None}
    try:
        return Recipe(steps=(STEPS[step].model_validate(given),))
    except ValidationError as error:
        found = problems(error)
        raise BadParameter(_sentence(found), errors=found) from error


def problems(error: ValidationError) -> list[dict[str, Any]]:
    return [
        {"loc": [str(part) for part in fault["loc"]], "msg": fault["msg"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _sentence(faults: Sequence[Mapping[str, Any]]) -> str:
    first = faults[0]
    return f"{first['loc'][-1] if first['loc'] else 'The request'}: {first['msg']}."


# Seconds a megapixel on one core of 2.6 GHz, as `./recto bench binarize` and `denoise` measure them on drawn pages.
COSTS = {
    "edges": 0.008,
    "auto": 0.008,
    "otsu": 0.001,
    "adaptive": 0.02,
    "sauvola": 0.008,
    "wolf": 0.012,
    "nick": 0.007,
    "isauvola": 0.024,
    "su": 0.07,
    "manual": 0.001,
    "median": 0.001,
    "gaussian": 0.001,
    "bilateral": 0.002,
    "nlmeans": 0.3,
}
FAST = 0.05  # seconds a megapixel: what a slider can wait for
METHOD_TITLES = {
    "median": "Median",
    "gaussian": "Gaussian",
    "bilateral": "Bilateral",
    "nlmeans": "Non-local means",
    "edges": "Edge levels",
    "auto": "Automatic",
    "otsu": "Otsu",
    "adaptive": "Adaptive mean",
    "sauvola": "Sauvola",
    "wolf": "Wolf",
    "nick": "Nick",
    "isauvola": "ISauvola",
    "su": "Su",
    "manual": "Manual",
}
TITLES = {
    "orient": "Turn upright",
    "denoise": "Denoise",
    "deskew": "Deskew",
    "shade": "Even out the light",
    "enhance": "Enhance",
    "binarize": "Binarize",
}


@cache
def _info() -> str:
    return json.dumps(
        {
            "version": ENGINE_VERSION,
            "operations": [_operation(name, model) for name, model in STEPS.items()],
            "presets": [
                {"name": name, "title": title, "description": text, "recipe": recipe.model_dump(mode="json")}
                for name, (title, text, recipe) in PRESETS.items()
            ],
            "default_preset": DEFAULT_PRESET,
            "schema": Recipe.model_json_schema(),
        }
    )


def info() -> dict[str, Any]:
    """Everything a form needs: {"version", "operations", "presets", "default_preset", "schema"}.

    An operation is {"name", "title", "description", "parameters"}; a parameter {"name", "title", "description", "type"
    (integer, number or choice), "minimum", "maximum", "step", "default", "unit", "choices"}, with null for what does
    not apply; a choice {"value", "title", "cost", "seconds_per_megapixel"}, the cost in words.
    """
    facts: dict[str, Any] = json.loads(_info())
    return facts


def _operation(name: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()["properties"]
    parameters = [_parameter(key, schema[key]) for key in schema if key != "step"]
    return {"name": name, "title": TITLES[name], "description": model.__doc__, "parameters": parameters}


def _parameter(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    kind = kinds[0]
    is_choice = "enum" in kind
    grain = schema.get("step", 1)
    return {
        "name": name,
        "title": schema["title"],
        "description": schema.get("description", ""),
        "type": "choice" if is_choice else kind["type"],
        "minimum": kind.get("minimum"),
        "maximum": kind.get("maximum"),
        "step": None if is_choice else grain,
        "default": schema.get("default"),
        "unit": schema.get("unit"),
        "choices": _choices(kind["enum"], schema.get("default")) if is_choice else None,
    }


def _choices(values: Sequence[str], default: str | None) -> list[dict[str, Any]]:
    slowest = max(values, key=COSTS.__getitem__)
    return [
        {
            "value": value,
            "title": METHOD_TITLES[value],
            "cost": _cost(value, is_default=value == default, is_slowest=value == slowest),
            "seconds_per_megapixel": COSTS[value],
        }
        for value in values
    ]


def _cost(value: str, *, is_default: bool, is_slowest: bool) -> str:
    words = f"{'fast' if COSTS[value] <= FAST else 'slow'}, {COSTS[value]:g} s a megapixel"
    notes = ["the default of interactive use"] * is_default + ["the slowest"] * is_slowest
    return "; ".join([words, *notes])
