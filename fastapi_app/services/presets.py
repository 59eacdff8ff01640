"""Ready-made recipes for kinds of pages."""

from fastapi_app.services.recipe import Binarize, Denoise, Deskew, Enhance, Recipe

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
