"""Any JSON at the recipe parser: a recipe that comes back as it went, or BadRecipe; what fits the schema is one.

The same examples every time; `--hypothesis-profile=search` looks for new ones.
"""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.errors import BadParameter, BadRecipe
from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import STEPS, Recipe, single
from fastapi_app.services.switches import Switches, from_parameters

SCHEMA = Recipe.model_json_schema()
CORNERS = [[10.0, 10.0], [90.5, 12.0], [88.0, 120.0], [8.0, 118.0]]


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema, as far as recipes need one. Corners are a convex figure, which no schema can say."""
    if schema.get("place") == "corners":
        return st.sampled_from([None, CORNERS])
    if "$ref" in schema:
        return fitting(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return st.one_of([fitting(each) for each in schema[choice]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return _of_type(schema)


def _of_type(schema: dict[str, Any]) -> st.SearchStrategy[Any]:  # noqa: PLR0911  a table
    match schema["type"]:
        case "null":
            return st.none()
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "number":
            return st.floats(schema["minimum"], schema["maximum"])
        case "string":
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=min(20, schema["maxLength"]))
        case "array" if "prefixItems" in schema:
            return st.tuples(*map(fitting, schema["prefixItems"])).map(list)
        case "array":
            return st.lists(fitting(schema["items"]), max_size=schema["maxItems"])
        case "object":
            fields = {name: fitting(each) for name, each in schema["properties"].items()}
            required = {name: fields.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=fields)
    raise AssertionError(schema)


recipes = fitting(SCHEMA)
words = st.sampled_from(["version", "preset", "steps", "why", "step", "corners", "method", *STEPS]) | st.text(
    max_size=5
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words | st.integers(min_value=10**300)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A recipe with one value, somewhere in it, that is something else."""
    recipe = draw(recipes)
    place = recipe
    while isinstance(place, (dict, list)) and place:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if draw(st.booleans()):
            place[key] = draw(values)
            break
        place = place[key]
    return recipe


def attempt(value: Any) -> None:
    with contextlib.suppress(BadRecipe):
        parsed = Recipe.parse(value)
        assert Recipe.parse(parsed.model_dump_json()) == parsed
        assert Recipe.parse(parsed.model_dump(mode="json")) == parsed


@given(value=recipes)
def test_what_fits_the_schema_is_a_recipe(value: Any) -> None:
    parsed = Recipe.parse(value)
    assert Recipe.parse(json.dumps(value)) == parsed
    assert Recipe.parse(parsed.model_dump_json()) == parsed
    assert Recipe.parse(parsed.model_dump(mode="json")) == parsed


@given(value=spoiled())
def test_spoiled_recipes(value: Any) -> None:
    attempt(value)
    with contextlib.suppress(TypeError, ValueError):
        attempt(json.dumps(value))


@given(value=values)
def test_any_value(value: Any) -> None:
    attempt(value)


@given(text=st.text() | st.binary())
def test_any_text(text: str | bytes) -> None:
    attempt(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"steps":' * 5000,
        '{"steps": [' + "[" * 300 + "]" * 300 + "]}",
        '{"steps": [{"step": "denoise", "strength": 1' + "0" * 5000 + "}]}",
        '{"steps": [{"step": "deskew", "max_angle": 1e999}]}',
        '{"steps": [{"step": "deskew", "max_angle": NaN}]}',
        '{"steps": [{"step": "deskew", "min_angle": -Infinity}]}',
        '{"steps": [], "preset": "\\ud800"}',
        '{"steps": [], "preset": "\ud800"}',
        '{"steps": [{"step": "deskew", "max_angle": 5, "max_angle": 500}]}',
        '{"steps": [{"step": "perspective", "corners": [[0, 0], [1e300, 0], [1, 1], [0, 1]]}]}',
        '{"steps": [{"step": ["deskew"]}]}',
        b"\xff\xfe{}",
        json.dumps({"steps": [], "why": ["א" * 400] * 10}),
        "",
    ],
    ids=lambda text: ascii(text[:40]),
)
def test_hostile_texts(text: str | bytes) -> None:
    with pytest.raises(BadRecipe):
        Recipe.parse(text)


def test_deep_and_circular_values() -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    circular: dict[str, Any] = {}
    circular["steps"] = circular
    for value in ({"steps": deep}, circular):
        with pytest.raises(BadRecipe):
            Recipe.parse(value)


@given(query=st.dictionaries(st.sampled_from(sorted(Switches.model_fields)) | st.text(max_size=5), scalars, max_size=5))
def test_any_query(query: dict[str, Any]) -> None:
    with contextlib.suppress(BadParameter):
        asked = from_parameters(**query)
        laid = asked.over(presets()["manuscript"]) if isinstance(asked, Switches) else asked
        assert laid is None or Recipe.parse(laid.model_dump_json()) == laid


@given(step=st.sampled_from(sorted(STEPS)) | st.text(max_size=5), values=st.dictionaries(words, scalars, max_size=3))
def test_any_single_step(step: str, values: dict[str, Any]) -> None:
    values.pop("step", None)
    with contextlib.suppress(BadParameter):
        assert len(single(step, **values).steps) == 1
