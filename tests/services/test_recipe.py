"""Recipes are data: parsed strictly, described completely."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.errors import BadParameter, BadRecipe
from fastapi_app.services.presets import presets
from fastapi_app.services.recipe import STEPS, Binarize, Denoise, Deskew, Enhance, Recipe, single
from fastapi_app.services.recipe_info import info
from fastapi_app.services.switches import Switches, from_parameters


def test_it_works() -> None:
    recipe = Recipe.parse('{"steps": [{"step": "deskew", "max_angle": 5}, {"step": "binarize", "method": "otsu"}]}')
    assert recipe.steps == (Deskew(max_angle=5), Binarize(method="otsu"))
    assert Recipe.parse(json.loads(recipe.model_dump_json())) == recipe
    assert Recipe.parse(recipe.model_dump(mode="json")) == recipe


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"steps": 3}',
        '{"steps": [{"step": "sharpen"}]}',
        '{"steps": [{"step": "deskew", "max_angle": 46}]}',
        '{"steps": [{"step": "deskew", "max_angle": "NaN"}]}',
        '{"steps": [{"step": "denoise", "strength": 31}]}',
        '{"steps": [{"step": "denoise", "colour": 1}]}',
        '{"steps": [], "version": 2}',
        json.dumps({"steps": [{"step": "deskew"}] * 13}),
    ],
)
def test_bad_recipes_say_where(text: str) -> None:
    with pytest.raises(BadRecipe) as caught:
        Recipe.parse(text)
    faults = caught.value.facts["errors"]
    assert faults
    assert all(set(fault) == {"loc", "msg"} for fault in faults)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_anything_is_a_recipe_or_a_bad_one(value: object) -> None:
    with contextlib.suppress(BadRecipe):
        assert Recipe.parse(value).version == 1  # type: ignore[arg-type]


def test_presets() -> None:
    assert set(presets()) == {"manuscript", "print", "receipt", "photo", "clean"}
    assert [step.step for step in presets()["manuscript"].steps] == ["deskew", "shade", "binarize"]
    assert not presets()["photo"].is_gray


def test_switches() -> None:
    recipe = from_parameters(preset="manuscript", denoise=True, deskew="false", method="sauvola", strength="20")
    assert isinstance(recipe, Recipe)
    assert [step.step for step in recipe.steps] == ["denoise", "shade", "binarize"]
    assert recipe.steps[0].model_dump() == {"step": "denoise", "method": "bilateral", "strength": 20}
    assert recipe.steps[2].model_dump()["method"] == "sauvola"
    assert recipe.keeps_grid


def test_switches_lie_over_a_preset() -> None:
    recipe = from_parameters(preset="clean", binarize=True, max_angle=20)
    assert isinstance(recipe, Recipe)
    assert [step.step for step in recipe.steps] == ["deskew", "binarize"]
    assert recipe.steps[0] == Deskew(max_angle=20, min_angle=0.2)


def test_without_a_preset_switches_lie_over_what_the_page_needs() -> None:
    switches = from_parameters(deskew="false", enhance=True, clip_limit=3)
    assert isinstance(switches, Switches)
    needed = Recipe(preset="auto", steps=(Denoise(), Deskew(), Binarize()), why=("grainy", "askew", "ink"))
    recipe = switches.over(needed)
    assert recipe.steps == (Denoise(), Enhance(clip_limit=3), Binarize())
    assert recipe.why == ("grainy", "ink")
    assert recipe.preset == "auto"
    assert from_parameters(preset=None, deskew=None) is None


@pytest.mark.parametrize(
    "query", [{"strength": 31}, {"max_angle": "wide"}, {"magic": 1}, {"preset": "best"}, {"denoise": 7}]
)
def test_bad_switches(query: dict) -> None:
    with pytest.raises(BadParameter) as caught:
        from_parameters(**query)
    assert caught.value.facts["errors"]


def test_single_steps() -> None:
    assert single("binarize", method="manual", threshold=100, k=None).steps == (
        Binarize(method="manual", threshold=100),
    )
    with pytest.raises(BadParameter):
        single("binarize", threshold=256)
    with pytest.raises(BadParameter):
        single("sharpen")


def test_info_describes_every_parameter() -> None:
    facts = info()
    assert [operation["name"] for operation in facts["operations"]] == list(STEPS)
    for operation in facts["operations"]:
        for parameter in operation["parameters"]:
            assert parameter["title"]
            if parameter["type"] == "choice":
                assert {"value", "title", "cost", "seconds_per_megapixel"} == set(parameter["choices"][0])
            elif parameter["type"] in ("integer", "number"):
                assert parameter["minimum"] < parameter["maximum"]
                assert parameter["step"] > 0
            else:
                assert parameter["type"] in ("corners", "box")
                assert parameter["default"] is None
    json.dumps(facts)


def test_info_names_the_interactive_default_and_the_slowest_method() -> None:
    (binarization,) = (operation for operation in info()["operations"] if operation["name"] == "binarize")
    method = next(parameter for parameter in binarization["parameters"] if parameter["name"] == "method")
    costs = {choice["value"]: choice for choice in method["choices"]}
    assert method["default"] == "edges"
    assert "the default of interactive use" in costs["edges"]["cost"]
    assert costs["edges"]["seconds_per_megapixel"] <= 0.05
    slowest = max(costs.values(), key=lambda choice: choice["seconds_per_megapixel"])
    assert [choice for choice in costs.values() if "the slowest" in choice["cost"]] == [slowest]
    assert slowest["seconds_per_megapixel"] <= 0.5


def test_what_info_offers_is_accepted() -> None:
    for operation in info()["operations"]:
        for parameter in operation["parameters"]:
            ends = [choice["value"] for choice in parameter["choices"] or ()] or [
                parameter["minimum"],
                parameter["maximum"],
            ]
            for value in ends:
                single(operation["name"], **{parameter["name"]: value})
    for preset in info()["presets"]:
        assert Recipe.parse(preset["recipe"]) == presets()[preset["name"]]
