"""Pages that the project draws itself: for the first start, the tests and the benchmarks.

    sample_page()                         JPEG of a photographed page in English and Hebrew; TRUTH holds its lines
    draw(lines)                           a clean printed page
    photograph(page, angle=3, seed=1)     the same page as a phone gives it

Everything is the same on every run: chance comes from a seed.
"""

from samples.drawing import draw
from samples.photographs import SAMPLE_ANGLE, photograph, sample_page
from samples.texts import ENGLISH, HEBREW, TRUTH

__all__ = ["ENGLISH", "HEBREW", "SAMPLE_ANGLE", "TRUTH", "draw", "photograph", "sample_page"]
