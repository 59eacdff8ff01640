"""Pages that the project draws itself: for the first start, the tests and the benchmarks.

    sample_page()                         JPEG of a photographed page in English and Hebrew; TRUTH holds its lines
    draw(lines)                           a clean printed page
    photograph(page, angle=3, seed=1)     the same page as a phone gives it
    age(page, back, stains=0.5, seed=1)   the same page after some centuries
    kinds()                               a page of each kind that there is a preset for
    lay_down(page, corners, …)            the same page as a sheet on a desk, seen at a slant
    ledgers.ledger(seed=1)                the invoices of a project, as values, with anomalies planted

Everything is the same on every run: chance comes from a seed.
"""

from samples.aged import age
from samples.drawing import draw
from samples.kinds import Kind, degrade, kinds
from samples.photographs import SAMPLE_ANGLE, lay_down, photograph, sample_page
from samples.texts import ENGLISH, HEBREW, TRUTH

__all__ = [
    "ENGLISH",
    "HEBREW",
    "SAMPLE_ANGLE",
    "TRUTH",
    "Kind",
    "age",
    "degrade",
    "draw",
    "kinds",
    "lay_down",
    "photograph",
    "sample_page",
]
