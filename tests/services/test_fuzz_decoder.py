"""Any bytes at the decoders: a page within the limits or an EngineError, and no more memory than the limits imply.

The same examples every time; `--hypothesis-profile=search` looks for new ones.
"""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_app.services.errors import EngineError
from fastapi_app.services.raster import Limits, decode, inspect
from tests.services.hostile_files import FILES

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

SMALL = Limits(bytes=1_000_000, pixels=1_000_000, frames=20)
HEADS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"II+\0", b"RIFF\0\0\0\0WEBPVP8 ", b"BM",
         b"%PDF-1.7\n", b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"]  # fmt: skip
MEMORY = 256 * 2**20  # what a file of SMALL may cost at most: float samples, a copy, a codec's own

files = st.sampled_from(sorted(FILES)).map(FILES.__getitem__)
places = st.one_of(st.floats(0, 0.05), st.floats(0, 1, exclude_max=True))  # most faults of interest lie in the header
extremes = st.sampled_from([0, 1, 2, 0x7FFF, 0xFFFF, 30_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
numbers = st.one_of(
    st.builds(struct.pack, st.sampled_from([">I", "<I"]), extremes),
    st.builds(lambda form, value: struct.pack(form, value & 0xFFFF), st.sampled_from([">H", "<H"]), extremes),
)
patches = st.one_of(numbers, st.binary(min_size=1, max_size=8))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file with some of its bytes written over, repeated or left out, and perhaps its end cut off."""
    data = bytearray(draw(files))
    for place in draw(st.lists(places, max_size=6)):
        at = int(place * len(data))
        match draw(st.sampled_from(["write", "write", "write", "repeat", "drop"])):
            case "write":
                patch = draw(patches)
                data[at : at + len(patch)] = patch
            case "repeat":
                data[at:at] = data[at : at + draw(st.integers(1, 400))]
            case _:
                del data[at : at + draw(st.integers(1, 64))]
    return bytes(data[: int(draw(st.one_of(st.just(1.0), st.floats(0, 1))) * len(data))])


@st.composite
def spliced(draw: st.DrawFn) -> bytes:
    """Two files in one: the second behind the first, in the middle of it, or instead of its end."""
    first, second = draw(files), draw(files)
    at, resume = (int(draw(st.floats(0, 1)) * len(first)) for _ in range(2))
    return first[:at] + second + first[resume:]


@st.composite
def chunked(draw: st.DrawFn) -> bytes:
    """PNG chunks of any kind and content, with the right lengths and checksums."""
    kinds = st.sampled_from([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"zTXt", b"eXIf", b"acTL", b"fdAT"])
    contents = st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(zlib.compress))
    chunks = draw(st.lists(st.tuples(kinds, contents), max_size=8))
    header = struct.pack(">II", *draw(st.tuples(extremes, extremes))) + draw(st.binary(min_size=5, max_size=5))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in [(b"IHDR", header), *chunks])


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def attempt(data: bytes, limits: Limits = SMALL) -> None:
    """Decoded in colour and gray, and inspected."""
    for work in (lambda: decode(data, limits=limits), lambda: decode(data, gray=True, limits=limits)):
        try:
            page = work()
        except EngineError:
            continue
        assert 0 < page.width * page.height <= limits.pixels
        assert page.pixels.dtype == "uint8"
    try:
        file = inspect(data, limits=limits)
    except EngineError:
        return
    assert 0 < len(file.frames) <= limits.frames


def peak_of(work: Callable[[], object]) -> int:
    """Bytes by which the process was at most larger while `work` ran."""
    own = Path("/proc/self")
    (own / "clear_refs").write_text("5")  # forget the peak until now
    before = _status("VmRSS")
    work()
    return _status("VmHWM") - before


def _status(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


@given(head=st.sampled_from(HEADS), tail=st.binary(max_size=300))
def test_arbitrary_bytes(head: bytes, tail: bytes) -> None:
    attempt(head + tail)


@given(data=mutated())
def test_mutated_files(data: bytes) -> None:
    assert peak_of(lambda: attempt(data)) < MEMORY


@given(data=spliced())
def test_two_files_in_one(data: bytes) -> None:
    attempt(data)


@given(data=chunked())
def test_any_chunks(data: bytes) -> None:
    attempt(data)
