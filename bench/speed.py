"""The whole clean-up, also over HTTP, against the founding recipe and against decoding and encoding alone."""

import os
from collections.abc import Callable
from functools import partial

import cv2
import httpx
import numpy as np

from bench.pages import Pixels, cleaned, photographs, seconds
from bench.tables import Options, Table
from fastapi_app.services import raster


def founding_recipe(data: bytes) -> bytes:
    """Non-local means → adaptive histogram equalisation of the lightness → Otsu, in colour."""
    image = raster.decode(data).pixels
    smooth = cv2.fastNlMeansDenoisingColored(image, None, 10, 10, 7, 21)
    lightness, a, b = cv2.split(cv2.cvtColor(smooth, cv2.COLOR_BGR2LAB))
    lightness = cv2.createCLAHE(2.0, (8, 8)).apply(lightness)
    even = cv2.cvtColor(cv2.merge([lightness, a, b]), cv2.COLOR_LAB2BGR)
    return bytes(cv2.imencode(".png", otsu(cv2.cvtColor(even, cv2.COLOR_BGR2GRAY)))[1])


def otsu(gray: Pixels) -> Pixels:
    return cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def ours(data: bytes) -> bytes:
    return raster.encode(cleaned(data))


def decode_and_encode(data: bytes, page: Pixels) -> None:
    """What no clean-up can do without, by OpenCV alone."""
    cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    cv2.imencode(".png", page, [cv2.IMWRITE_PNG_BILEVEL, 1])


def asking(server: str) -> Callable[[bytes], None]:
    """Cleans a page over HTTP, as the account of RECTO_USER and RECTO_PASSWORD."""
    client = httpx.Client(base_url=server, timeout=300)
    account = {"username": os.environ["RECTO_USER"], "password": os.environ["RECTO_PASSWORD"]}
    token = client.post("/api/token/", json=account).raise_for_status().json()["access"]
    client.headers["Authorization"] = f"Bearer {token}"

    def ask(data: bytes) -> None:
        client.post("/api/fastapi/images/auto-process", files={"file": ("page", data)}).raise_for_status()

    return ask


def run(options: Options) -> Table:
    cv2.setNumThreads(2)  # as the service has it by default
    ways: dict[str, Callable[[bytes], object]] = {"Recto": ours}
    if options.server:
        ways["over HTTP"] = asking(options.server)
    head = ("page", "MP", "founding s", "floor s", *(f"{way} {fact}" for way in ways for fact in ("s", "of floor")))
    rows = []
    for name, data in photographs(options):
        page = otsu(raster.decode(data, gray=True).pixels)
        floor = seconds(partial(decode_and_encode, data, page), 5)
        founding = seconds(partial(founding_recipe, data), 1)
        taken = [seconds(partial(way, data), 5) for way in ways.values()]
        shown = [cell for each in taken for cell in (f"{each:.3f}", f"{each / floor:.1f}×")]
        rows.append((name[:32], f"{page.size / 1e6:.1f}", f"{founding:.2f}", f"{floor:.3f}", *shown))
    return Table(head, rows)
