"""What clients say on the live socket, parsed once into typed objects, and what is said to them."""

import base64
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from fastapi_app.children import Event
from fastapi_app.errors import BadMessage, ServiceError
from fastapi_app.services.errors import EngineError
from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import Recipe

RunName = Annotated[str | int | None, Field(union_mode="left_to_right")]


class AutoProcess(BaseModel):
    """Run a recipe: on `image` (base64), or the binary frame before, or the page that the token names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["auto_process"]
    run: RunName = Field(None)
    image: str | None = None
    recipe: dict[str, Any] | str | None = None
    draft: bool = False
    binary: bool = False
    output_format: Literal["png", "jpeg", "webp", "tiff"] = "png"

    def steps(self) -> Recipe | None:
        """The recipe, by value or by a preset's name; None: what the page needs. Raises BadRecipe."""
        if self.recipe is None:
            return None
        if isinstance(self.recipe, str) and self.recipe in presets():
            return presets()[self.recipe]
        return Recipe.parse(self.recipe)


class Cancel(BaseModel):
    action: Literal["cancel"]


class Ping(BaseModel):
    action: Literal["ping"]


_message: TypeAdapter[AutoProcess | Cancel | Ping] = TypeAdapter(
    Annotated[AutoProcess | Cancel | Ping, Field(discriminator="action")]
)


def parse(text: str) -> AutoProcess | Cancel | Ping:
    """Raises BadMessage with what is wrong about it."""
    try:
        return _message.validate_json(text)
    except ValidationError as error:
        raise BadMessage.because(error) from error


def progress(event: Event, run: RunName) -> str:
    """A progress or preview event of the child as a message."""
    message = {"type": event.facts["type"], "run": run} | event.facts
    if event.facts["type"] == "preview":
        message["image"] = base64.b64encode(event.data).decode()
    return json.dumps(message)


COMPLETE = ("format", "width", "height", "skew_angle", "recipe", "timings", "matrix", "original", "seconds")


def complete(event: Event, run: RunName, *, binary: bool) -> str:
    """The end of a run; `final` is null when the image follows as a binary frame."""
    final = None if binary else base64.b64encode(event.data).decode()
    facts = {name: event.facts[name] for name in COMPLETE}
    return json.dumps({"type": "complete", "run": run, "final": final} | facts)


def cancelled(run: RunName) -> str:
    return json.dumps({"type": "cancelled", "run": run})


def refused(error: ServiceError | EngineError, run: RunName = None) -> str:
    return json.dumps({"type": "error", "run": run, "code": error.code, "detail": str(error)})


PONG = json.dumps({"type": "pong"})
