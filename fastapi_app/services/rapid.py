"""RapidOCR: the only caller of this engine (PaddleOCR's models on onnxruntime), its models, its threads, its errors.

It finds lines of text wherever they stand and reads them one by one, which receipts and forms like better than
Tesseract's search for columns. The models lie in the wheel and are named one by one: nothing is fetched. Latin script
only.
"""

import math
import os
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastapi_app.services.errors import EngineUnavailable, UnknownLanguage
from fastapi_app.services.layout import Box, Word
from fastapi_app.services.pixels import Pixels, normalize

if TYPE_CHECKING:
    from rapidocr import RapidOCR

LATIN = frozenset(
    (
        *("afr", "cat", "ces", "dan", "deu", "eng", "est", "fin", "fra", "hrv", "hun", "ind", "isl", "ita", "lat"),
        *("lav", "lit", "msa", "nld", "nor", "pol", "por", "ron", "slk", "slv", "spa", "sqi", "swa", "swe", "tur"),
    )
)
MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}
MOST_PIXELS = 2_500_000  # no page was read better from more, and the cost grows with them
TEXT = 0.5  # score: what is less is hardly text

Quad = Pixels
"""float32 (4, 2): the corners of a piece, from the top left one on."""


def version() -> str | None:
    """None when it is not installed."""
    return metadata.version("rapidocr") if find_spec("rapidocr") else None


def can_read(languages: Sequence[str]) -> bool:
    """Whether it is installed and all of the languages are written in Latin letters."""
    return version() is not None and LATIN.issuperset(languages)


def latin(languages: Sequence[str]) -> tuple[str, ...]:
    """Those of the languages that are written in Latin letters; none when it is not installed."""
    return tuple(code for code in languages if code in LATIN) if version() else ()


def checked(languages: Sequence[str]) -> tuple[str, ...]:
    """The languages, each once. Raises UnknownLanguage for none, and for what is not written in Latin letters."""
    if not languages:
        raise UnknownLanguage("At least one language is needed.")
    for code in languages:
        if code not in LATIN:
            raise UnknownLanguage(f"RapidOCR does not read “{code[:40]}”.", installed=sorted(LATIN))
    return tuple(dict.fromkeys(languages))


def longest_for(width: int, height: int) -> int:
    """To how many pixels on the longer side a page is reduced before it is read."""
    return round(max(width, height) * min(1.0, math.sqrt(MOST_PIXELS / (width * height))))


@cache
def _engine() -> "RapidOCR":
    """Loaded at the first page, in about a second; one thread, as pages keep the cores busy."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    threads = cv2.getNumThreads()
    try:
        import rapidocr
    except ImportError as error:
        raise EngineUnavailable("RapidOCR is not installed.") from error
    folder = Path(rapidocr.__file__).parent / "models"
    missing = [name for name in MODELS.values() if not (folder / name).is_file()]
    if missing:
        raise EngineUnavailable(f"RapidOCR's model {missing[0]} is missing.")
    engine = rapidocr.RapidOCR(
        params={f"{part}.model_path": str(folder / name) for part, name in MODELS.items()}
        | {
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Global.return_word_box": True,
            "Global.max_side_len": 20_000,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    cv2.setNumThreads(threads)
    return engine


def find(pixels: Pixels) -> list[Quad]:
    """Where there is text: pieces of lines, each with nothing but spaces between its words. Raises
    EngineUnavailable."""
    found: Any = _engine()(_colour(pixels), use_det=True, use_rec=False)
    return [] if found.boxes is None else [np.asarray(box, np.float32) for box in found.boxes]


def read(pixels: Pixels, quads: Sequence[Quad]) -> list[list[Word]]:
    """The words of each piece, boxes in its own pixels; none of what is hardly text."""
    if not quads:
        return []
    engine, page = _engine(), _colour(pixels)
    crops = engine.crop_text_regions(page, np.stack(quads))
    found: Any = engine.cal_rec_boxes(crops, np.stack(quads), engine.recognize_txt(crops))
    return [
        _words(str(text), float(score), quad, words) if score >= TEXT else []
        for text, score, quad, words in zip(found.txts, found.scores, quads, found.word_results, strict=True)
    ]


def _colour(pixels: Pixels) -> Pixels:
    page = normalize(pixels)
    return page if page.ndim == 3 else cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)


def _words(text: str, score: float, quad: Any, found: Sequence[Any]) -> list[Word]:
    """The words of one piece of a line; where the engine has cut them elsewhere than at spaces, boxes by letters."""
    texts = text.split()
    if [str(word) for word, _, _ in found] == texts:
        return [Word(text=str(word), confidence=_share(sure), box=upright(box)) for word, sure, box in found]
    x, y, width, height = upright(quad)
    letters = max(1, len(text.strip()))
    words, at = [], 0
    for word in texts:
        left, right = (x + round(width * end / letters) for end in (at, at + len(word)))
        words.append(Word(text=word, confidence=_share(score), box=(left, y, right - left, height)))
        at += len(word) + 1
    return words


def _share(score: float) -> float:
    return round(min(1.0, max(0.0, float(score))), 4)


def upright(quad: Any) -> Box:
    """The bounds of four corners."""
    points = np.asarray(quad, np.float64)
    left, top = (round(float(v)) for v in points.min(axis=0))
    right, bottom = (round(float(v)) for v in points.max(axis=0))
    return (left, top, right - left, bottom - top)
