"""Arbitrary and mutated bytes: a page or an EngineError, nothing else."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastapi_app.services.errors import EngineError
from fastapi_app.services.raster import Limits, Raster, decode, encode, inspect
from samples import draw

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

PAGE = Raster(draw(["Ink"], width=120, height=80, size=40, margin=10), 200.0)
SEEDS = [encode(PAGE, format) for format in ("png", "jpeg", "webp", "tiff")]
HEADS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"RIFF\0\0\0\0WEBPVP8 ", b"BM", b"%PDF-1.7\n",
         b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"]  # fmt: skip
SMALL = Limits(bytes=1_000_000, pixels=4_000_000, frames=20)


def attempt(data: bytes) -> None:
    for work in (lambda: decode(data, limits=SMALL), lambda: decode(data, gray=True, limits=SMALL),
                 lambda: inspect(data, limits=SMALL)):  # fmt: skip
        with contextlib.suppress(EngineError):
            work()


@given(head=st.sampled_from(HEADS), tail=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes(head: bytes, tail: bytes) -> None:
    attempt(head + tail)


@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=6),
    cut=st.floats(0.3, 1),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_files(seed: bytes, edits: list[tuple[float, bytes]], cut: float) -> None:
    data = bytearray(seed[: max(1, int(len(seed) * cut))])
    for place, patch in edits:
        at = int(place * len(data))
        data[at : at + len(patch)] = patch
    attempt(bytes(data))
