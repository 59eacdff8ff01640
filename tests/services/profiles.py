"""Small ICC profiles (ICC.1:2001-04), made by hand: for red, green and blue, and for four inks."""

import struct
from collections.abc import Sequence

D50 = (0.9642, 1.0, 0.8249)
WIDE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))  # Adobe RGB's primaries


def rgb(primaries: Sequence[Sequence[float]], gamma: float = 2.2) -> bytes:
    curve = b"curv" + struct.pack(">II", 0, 1) + struct.pack(">H", round(gamma * 256)) + b"\0\0"
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, primaries), strict=True))
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def cmyk(cyan: tuple[int, int, int]) -> bytes:
    """Inks that darken evenly, and a cyan of its own, as L*, a*, b* in bytes; a table of two steps an ink."""
    steps = bytearray()
    for number in range(16):
        inks = [number >> 3 & 1, number >> 2 & 1, number >> 1 & 1, number & 1]
        steps += bytes(cyan) if inks == [1, 0, 0, 0] else bytes((max(0, 255 - 85 * sum(inks)), 128, 128))
    ramp = bytes(range(256))
    one = [1, 0, 0, 0, 1, 0, 0, 0, 1]
    table = b"mft1" + struct.pack(">IBBBB", 0, 4, 3, 2, 0) + b"".join(map(_fixed, one)) + ramp * 4 + steps + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = b"Test\0"
    tags = tags | {
        b"wtpt": _xyz(D50),
        b"cprt": b"text" + struct.pack(">I", 0) + text,
        b"desc": b"desc" + struct.pack(">II", 0, len(text)) + text + bytes(78),
    }
    at, index, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        index += name + struct.pack(">II", at + len(body), len(data))
        body += padded
    size = at + len(body)
    head = struct.pack(">I4xI", size, 0x02400000) + kind + space + connection + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head += b"acsp" + bytes(24) + struct.pack(">I", 0) + b"".join(map(_fixed, D50))
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + index + body


def _xyz(point: Sequence[float]) -> bytes:
    return b"XYZ " + struct.pack(">I", 0) + b"".join(map(_fixed, point))


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))
