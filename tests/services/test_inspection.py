"""What a look at a page finds, and what it recommends."""

import cv2
import numpy as np
import pytest

from fastapi_app.services import deskew, inspection
from fastapi_app.services.inspection import for_looking, for_reading, inspect
from fastapi_app.services.pipeline import result, run
from fastapi_app.services.pixels import Pixels
from fastapi_app.services.presets import presets
from fastapi_app.services.raster import Raster, Skew, encode, reduce
from fastapi_app.services.recipe import AnyStep, Crop, Denoise, Deskew, Perspective, Recipe
from fastapi_app.services.switches import Switches
from samples import ENGLISH, SAMPLE_ANGLE, draw, lay_down, photograph, sample_page

DRAWN = draw(ENGLISH, width=1200, height=1600, size=40, margin=100)

TURNED = cv2.cvtColor(photograph(DRAWN, angle=2.0, grain=3), cv2.COLOR_BGR2GRAY)


def photo(**how: float) -> Raster:
    return Raster(photograph(DRAWN, **how))  # type: ignore[arg-type]


def names(recipe: Recipe) -> list[str]:
    return [step.step for step in recipe.steps]


def test_it_works() -> None:
    page, recipe = inspection.load(sample_page())
    facts = inspect(page)
    assert facts.skew.angle == pytest.approx(SAMPLE_ANGLE, abs=1)
    assert facts.is_skewed
    assert facts.shading > 0.2
    assert facts.grain > 2
    assert 0.01 < facts.ink < 0.2
    assert names(recipe)[-2:] == ["deskew", "binarize"]
    assert "turned by about 3°" in " ".join(recipe.why)


def test_light_and_grain_are_measured_in_physical_units() -> None:
    light = np.linspace(0.5, 1.0, DRAWN.shape[1])
    even, shaded = (inspect(Raster((DRAWN * each).astype(np.uint8))) for each in (0.8, light))
    assert even.shading < 0.02
    assert shaded.shading == pytest.approx(0.46, abs=0.05)  # the darkest twentieth against the brightest
    quiet, grainy = (inspect(Raster(_grained(grain))) for grain in (2.0, 8.0))
    assert quiet.grain == pytest.approx(2.0 * 255 / 220, rel=0.3)
    assert grainy.grain == pytest.approx(8.0 * 255 / 220, rel=0.3)


def _grained(grain: float) -> np.ndarray:  # type: ignore[type-arg]
    paper = np.minimum(DRAWN, 220).astype(np.float32)
    return np.clip(paper + np.random.default_rng(0).normal(0, grain, DRAWN.shape), 0, 255).astype(np.uint8)


def test_a_drawn_page_stays_as_it_is_to_be_read() -> None:
    page = Raster(DRAWN)
    recipe = for_reading(inspect(page))
    assert names(recipe) == ["deskew"]
    assert (result(run(page, recipe)).raster.pixels == DRAWN).all()


@pytest.mark.parametrize("turn", [0.0, 2.0])
def test_a_clean_page_is_only_turned_level(turn: float) -> None:
    """In its colours; a page without skew comes back as it is."""
    matrix = cv2.getRotationMatrix2D((600, 800), turn, 1)
    turned = cv2.warpAffine(DRAWN, matrix, DRAWN.shape[::-1], flags=cv2.INTER_CUBIC, borderValue=255)
    page, recipe = inspection.load(encode(Raster(cv2.cvtColor(turned, cv2.COLOR_GRAY2BGR))))
    assert page.channels == 3
    assert names(recipe) == ["deskew"]
    assert "clean already" in recipe.why[0]
    end = result(run(page, recipe))
    assert end.skew_angle == pytest.approx(turn, abs=0.1)
    assert turn or (end.raster.pixels == page.pixels).all()


def test_two_levels_stay_two() -> None:
    page = Raster(np.where(DRAWN < 128, 0, 255).astype(np.uint8))
    recipe = for_looking(inspect(page))
    assert names(recipe) == ["deskew", "binarize"]
    assert (result(run(page, recipe)).raster.pixels == page.pixels).all()


@pytest.mark.parametrize(("paper", "shade", "grain"), [(255, 0.5, 1.0), (255, 0.0, 9.0), (190, 0.0, 1.0)])
def test_dark_paper_shading_and_grain_are_cleaned_away(paper: int, shade: float, grain: float) -> None:
    light = np.linspace(1 - shade, 1, DRAWN.shape[1])
    noise = np.random.default_rng(0).normal(0, grain, DRAWN.shape)
    page = Raster(np.clip(np.minimum(DRAWN, paper - 10) * light + noise, 0, 255).astype(np.uint8))
    facts = inspect(page)
    assert not facts.is_clean
    assert names(for_looking(facts))[-2:] == ["deskew", "binarize"]


def test_fields_of_colour_on_a_drawn_page_are_no_shading() -> None:
    table = np.where(np.arange(DRAWN.shape[1]) < 400, DRAWN // 2, DRAWN).astype(np.uint8)
    facts = inspect(Raster(table))
    assert facts.shading > 0.3
    assert not facts.is_shaded


def test_a_shaded_photograph_is_evened_out_to_be_read_and_stays_gray() -> None:
    page = photo(angle=2.0, shade=0.4, grain=9.0)
    recipe = for_reading(inspect(page))
    assert names(recipe) == ["deskew", "shade", "denoise"]
    assert len(recipe.why) == 3
    end = result(run(page, recipe))
    assert end.skew_angle == pytest.approx(2.0, abs=0.1)
    assert not end.raster.is_bilevel
    assert inspect(end.raster).shading < 0.1


def test_white_on_black_stays_a_picture() -> None:
    page = Raster(cv2.cvtColor(255 - DRAWN, cv2.COLOR_GRAY2BGR))
    facts = inspect(page)
    assert facts.is_solid
    assert names(for_reading(facts)) == ["deskew"]
    assert names(for_looking(facts)) == ["deskew", "enhance"]


def test_a_picture_is_decoded_in_colour_and_a_text_in_gray() -> None:
    picture = np.zeros((400, 300, 3), np.uint8)
    picture[:, :, 2] = np.random.default_rng(1).integers(0, 120, (400, 300))
    page, recipe = inspection.load(encode(Raster(picture)))
    assert page.channels == 3
    assert not recipe.is_gray
    text, _ = inspection.load(sample_page())
    assert text.channels == 1


def test_a_given_recipe_is_the_recipe() -> None:
    _, recipe = inspection.load(sample_page(), presets()["photo"])
    assert recipe == presets()["photo"]


def test_a_dark_border_becomes_paper_first() -> None:
    framed = cv2.copyMakeBorder(photo(angle=0).pixels, 0, 90, 90, 0, cv2.BORDER_CONSTANT, value=(10, 10, 10))
    facts = inspect(Raster(framed))
    assert facts.border == pytest.approx(1 - 1600 * 1200 / (1690 * 1290), abs=0.03)
    assert names(for_looking(facts))[0] == "border"
    assert "dark rim" in for_looking(facts).why[0]
    assert inspect(Raster(DRAWN)).border == 0


def test_a_photographed_sheet_is_straightened_first() -> None:
    page = Raster(lay_down(DRAWN, [(400, 250), (1150, 330), (1300, 1500), (250, 1400)], width=1500, height=1700))
    facts = inspect(page)
    assert facts.tones < 0.1  # of the sheet: the desk around it does not count
    for recipe in (for_reading(facts), for_looking(facts)):
        assert names(recipe)[0] == "perspective"
        assert "%" in recipe.why[0]
        end = result(run(page, recipe)).raster
        assert inspect(end).sheet is None


def test_the_sheet_is_found_once_for_look_and_step() -> None:
    photo = lay_down(DRAWN, [(400, 250), (1150, 330), (1300, 1500), (250, 1400)], width=1500, height=1700)
    page = Raster(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY))
    *_, alone = run(page, Recipe.parse({"steps": [{"step": "perspective"}]}), previews=False)
    for seen in (page, reduce(page, 1000)):
        step = for_looking(inspect(seen)).steps[0]
        assert isinstance(step, Perspective)
        assert np.abs(np.array(step.corners) - np.array(alone.recipe.steps[0].corners)).max() < 3


def test_a_bright_picture_keeps_its_colours() -> None:
    """No more of it is dark than of a page of text."""
    noise = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 1, (900, 700)), (0, 0), 30)
    tones = cv2.normalize(noise, None, 20, 250, cv2.NORM_MINMAX).astype(np.uint8)
    data = encode(Raster(cv2.merge([tones // 2, tones, tones])))
    page, recipe = inspection.load(data)
    assert not inspect(page).is_solid
    assert names(recipe) == ["deskew", "enhance"]
    assert page.channels == 3
    assert "in tones" in recipe.why[-1]


def test_every_step_has_its_reason_and_switches_take_both_away() -> None:
    data = sample_page()
    _, recipe = inspection.load(data)
    assert len(recipe.why) == len(recipe.steps)
    _, without = inspection.load(data, Switches(deskew=False))
    assert names(without) == [name for name in names(recipe) if name != "deskew"]
    assert set(recipe.why) - set(without.why) == {recipe.why[names(recipe).index("deskew")]}
    colour, kept = inspection.load(data, Switches(binarize=False))
    assert colour.channels == 3
    assert "binarize" not in names(kept)


def test_a_skew_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[float] = []
    estimate = deskew.estimate

    def counted(gray: Pixels, max_angle: float, near: Pixels) -> Skew:
        measured.append(max_angle)
        return estimate(gray, max_angle, near)

    monkeypatch.setattr(deskew, "estimate", counted)
    page, recipe = inspection.load(encode(Raster(TURNED)))
    assert names(recipe)[0] == "deskew"
    assert result(run(page, recipe)).skew_angle == pytest.approx(2.0, abs=0.1)
    assert len(measured) == 1


def test_what_a_look_knows_changes_no_pixel() -> None:
    recipe = Recipe(steps=(Deskew(),))
    for pixels in (TURNED, cv2.cvtColor(TURNED, cv2.COLOR_GRAY2BGR)):
        page = Raster(pixels)
        looked, _ = inspection.looked_at(page)
        assert looked.skew is not None
        assert (looked.paper is None) == (page.channels == 3)  # a look at colours sees their paper gray
        assert np.array_equal(*(result(run(each, recipe)).raster.pixels for each in (page, looked)))


@pytest.mark.parametrize(
    ("steps", "angle"),
    [
        ((Deskew(),), 9.0),
        ((Deskew(max_angle=10),), 2.0),
        ((Denoise(method="gaussian"), Deskew()), 2.0),
        ((Crop(box=(0, 0, 1200, 1500)), Deskew()), 2.0),
    ],
    ids=["as it is", "looked through elsewhere", "repainted", "moved"],
)
def test_a_skew_that_is_known_holds_for_these_pixels_alone(steps: tuple[AnyStep, ...], angle: float) -> None:
    page = Raster(TURNED, skew=Skew(9.0, confidence=9.0, within=Deskew().max_angle))
    assert result(run(page, Recipe(steps=steps))).skew_angle == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("step", [Denoise(method="gaussian"), Crop(box=(0, 0, 1200, 1500))], ids=["repainted", "moved"])
def test_a_paper_that_is_known_holds_for_these_pixels_alone(step: AnyStep) -> None:
    recipe = Recipe(steps=(step, Deskew()))
    pages = Raster(TURNED), Raster(TURNED, paper=np.ones((300, 200), np.uint8))
    assert np.array_equal(*(result(run(page, recipe)).raster.pixels for page in pages))


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 1), (40, 40, 3)])
def test_the_smallest_pages(shape: tuple[int, ...]) -> None:
    for value in (0, 255):
        page = Raster(np.full(shape, value, np.uint8))
        for recipe in (for_reading(inspect(page)), for_looking(inspect(page))):
            assert result(run(page, recipe)).raster.pixels.shape[:2] == shape[:2]
