"""Ready-made recipes for kinds of pages: what `./recto bench presets` and real pages of each kind read best by.

Denoising and stronger contrast stand in none that ends in two levels, where both cost strokes; contrast is evened out
over large tiles, since small ones make text of the grain.
"""

from fastapi_app.services.recipe import Binarize, Denoise, Deskew, Enhance, Recipe, Shade

PRESETS: dict[str, tuple[str, str, Recipe]] = {
    "manuscript": (
        "Manuscript",
        "Ink on old or shaded paper, photographed or scanned.",
        Recipe(preset="manuscript", steps=(Deskew(), Shade(), Binarize())),
    ),
    "print": (
        "Print",
        "A printed page or typescript: white paper, strokes stay as they are.",
        Recipe(preset="print", steps=(Deskew(), Shade())),
    ),
    "receipt": (
        "Receipt",
        "Faint thermal print, often crumpled: white paper, strokes stay as they are.",
        Recipe(preset="receipt", steps=(Denoise(), Deskew(), Shade())),
    ),
    "photo": (
        "Photograph",
        "Stays in colour: straightened, with more contrast.",
        Recipe(preset="photo", steps=(Deskew(), Enhance(clip_limit=1.5, tile_size=2))),
    ),
    "clean": (
        "Already clean",
        "Only straightened.",
        Recipe(preset="clean", steps=(Deskew(max_angle=5.0, min_angle=0.2),)),
    ),
}
DEFAULT_PRESET = "manuscript"


def presets() -> dict[str, Recipe]:
    return {name: recipe for name, (_, _, recipe) in PRESETS.items()}
