"""What the engine says of its steps: everything that a form or a program needs to offer them."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from fastapi_app.services import ENGINE_VERSION
from fastapi_app.services.presets import DEFAULT_PRESET, PRESETS
from fastapi_app.services.recipe import STEPS, Recipe

# Seconds a megapixel on one core of 2.6 GHz, as `./recto bench binarize` and `denoise` measure them on drawn pages.
COSTS = {
    "edges": 0.008,
    "auto": 0.3,
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
    "auto": "Learned",
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
    "perspective": "Straighten the sheet",
    "orient": "Turn upright",
    "border": "Clean the border",
    "denoise": "Denoise",
    "deskew": "Deskew",
    "crop": "Crop",
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
    (integer, number, choice, or a place on the original: corners, box), "minimum", "maximum", "step", "default",
    "unit", "choices"}, with null for what does not apply; a choice {"value", "title", "cost",
    "seconds_per_megapixel"}, the cost in words.
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
    is_number = kind["type"] in ("integer", "number")
    return {
        "name": name,
        "title": schema["title"],
        "description": schema.get("description", ""),
        "type": "choice" if is_choice else schema.get("place", kind["type"]),
        "minimum": kind.get("minimum"),
        "maximum": kind.get("maximum"),
        "step": schema.get("step", 1) if is_number else None,
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
