"""The query parameters of auto-process: switches and parameters to be laid over a recipe."""

from typing import Any, Literal

from pydantic import Field, ValidationError

from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import (
    STEPS,
    AnyStep,
    BinarizeMethod,
    DenoiseMethod,
    Frozen,
    Recipe,
    refused,
)

BOX = r"^-?\d{1,7},-?\d{1,7}(,\d{1,7}){2}$"
CORNERS = r"^-?\d{1,7}(\.\d{1,3})?(,-?\d{1,7}(\.\d{1,3})?){7}$"


class Switches(Frozen):
    """The query parameters of auto-process: steps on or off, and their parameters under their own names."""

    preset: Literal["manuscript", "print", "receipt", "photo", "clean"] | None = None
    perspective: bool | None = None
    orient: bool | None = None
    border: bool | None = None
    denoise: bool | None = None
    deskew: bool | None = None
    crop: bool | None = None
    shade: bool | None = None
    enhance: bool | None = None
    binarize: bool | None = None
    corners: str | None = Field(
        None, pattern=CORNERS, description="Of the sheet: x,y of its top left corner, then the others clockwise"
    )
    depth: float | None = None
    margin: float | None = None
    box: str | None = Field(None, pattern=BOX, description="x,y,width,height of the part to keep, in the original")
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

    def over(self, base: Recipe) -> Recipe:
        """The recipe with the switches and parameters laid over it. Raises BadParameter for a value out of range."""
        steps: dict[str, AnyStep] = {step.step: step for step in base.steps}
        why = dict(zip(steps, base.why, strict=False))
        kept = [kind for kind in STEPS if (kind in steps if getattr(self, kind) is None else getattr(self, kind))]
        try:
            laid = Recipe.model_validate({"steps": [self._step(kind, steps.get(kind)) for kind in kept]})
        except ValidationError as error:
            raise refused(error) from error
        return laid.model_copy(update={"preset": base.preset, "why": tuple(why[kind] for kind in kept if kind in why)})

    def _step(self, kind: str, base: AnyStep | None) -> dict[str, Any]:
        values = (base or STEPS[kind]()).model_dump()
        for field in STEPS[kind].model_fields:
            if field != "step" and (given := self._given(kind, field)) is not None:
                values[field] = given
        return values

    def _given(self, kind: str, field: str) -> Any:
        value = getattr(self, "denoise_method" if (kind, field) == ("denoise", "method") else field)
        if value is None or field not in ("corners", "box"):
            return value
        numbers = value.split(",")
        return numbers if field == "box" else list(zip(numbers[::2], numbers[1::2], strict=True))


def from_parameters(**query: Any) -> Recipe | Switches | None:
    """What these query parameters of auto-process ask for; None means not given.

    With a preset its recipe, without one the switches, to be laid over what the page needs; None for no parameters.
    Raises BadParameter with `errors` for an unknown name or a value out of range.
    """
    given = {name: value for name, value in query.items() if value is not None}
    if not given:
        return None
    try:
        switches = Switches.model_validate(given)
    except ValidationError as error:
        raise refused(error) from error
    if switches.preset is not None:
        return switches.over(presets()[switches.preset])
    switches.over(Recipe(steps=tuple(step() for step in STEPS.values())))  # refuses bad values before any page is read
    return switches
