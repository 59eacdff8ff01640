"""Drawn paper: clouds, fibres, stains, cracks, dark rims; float32 (h, w) of brightness, 0 to 255."""

import cv2
import numpy as np

from fastapi_app.services.pixels import Pixels

Chance = np.random.Generator


def clouds(chance: Chance, shape: tuple[int, int], size: float) -> Pixels:
    """Smooth noise of mean 0 and deviation 1 whose spots are about `size` pixels across."""
    small = (max(2, int(shape[1] / size)), max(2, int(shape[0] / size)))
    noise = chance.normal(0, 1, small[::-1]).astype(np.float32)
    return cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)


def fibres(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Stripes as papyrus has them, along the rows and more faintly along the columns, of deviation 1."""
    height, width = shape
    stretch, thick = chance.integers(20, 80, 2), chance.uniform(1.5, 5, 2)
    along = clouds(chance, (height, int(max(4, width // stretch[0]))), thick[0])
    across = clouds(chance, (int(max(4, height // stretch[1])), width), thick[1])
    size = shape[::-1]
    stripes = cv2.resize(along, size) + chance.uniform(0, 0.8) * cv2.resize(across, size)
    return stripes / max(1e-3, float(stripes.std()))


def stains(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Factors up to 1: dark spots with edges sharp to soft, often with a darker rim as water leaves it."""
    field = clouds(chance, shape, chance.uniform(60, 400)) + 0.3 * clouds(chance, shape, chance.uniform(8, 40))
    level, soft = chance.uniform(0.6, 1.6), 10 ** chance.uniform(-1.7, -0.2)
    inside = np.clip((field - level) / soft, 0, 1)
    rim = np.exp(-(((field - level) / 0.06) ** 2)) * chance.uniform(0, 0.3)
    return 1 - np.clip(inside * chance.uniform(0.1, 0.7) + rim * (chance.random() < 0.4), 0, 0.9)


def cracks(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Factors up to 1: thin dark or bright broken lines that run far across the page, as folds and cracks do."""
    layer = np.zeros(shape, np.uint8)
    for _ in range(chance.integers(1, 6)):
        turns = int(chance.integers(4, 14))
        ends = chance.uniform(-0.2, 1.2, (2, 2)) * shape[::-1]
        points = (np.linspace(ends[0], ends[1], turns) + chance.normal(0, 8, (turns, 2))).astype(np.int32)
        cv2.polylines(layer, [points], False, 255, int(chance.integers(1, 4)), cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), chance.uniform(0.6, 3)).astype(np.float32) / 255
    return 1 - soft * chance.uniform(-0.2, 0.6)


def ruling(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Factors up to 1: faint printed lines or a grid, which are paper too."""
    layer = np.zeros(shape, np.uint8)
    pitch, thick = int(chance.integers(18, 120)), int(chance.integers(1, 3))
    offset = int(chance.integers(0, pitch))
    layer[offset::pitch] = 255
    if chance.random() < 0.4:
        layer[:, offset::pitch] = 255
    broad = cv2.dilate(layer, np.ones((thick, thick), np.uint8))
    height, width = shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.normal(0, 1.5), 1)
    turned = cv2.warpAffine(broad, turn, (width, height), flags=cv2.INTER_LINEAR)
    return 1 - turned.astype(np.float32) / 255 * chance.uniform(0.05, 0.25)


def rim(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Factors up to 1: what lies around the sheet, nearly black, behind a straight or a torn edge."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = chance.uniform(0, 2 * np.pi)
    reach = abs(np.cos(angle)) * width / 2 + abs(np.sin(angle)) * height / 2
    distance = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle)
    torn = clouds(chance, shape, chance.uniform(10, 80)) * chance.uniform(0, 12)
    outside = distance + torn - reach * chance.uniform(0.5, 0.98)
    dark = np.clip(outside / 10 ** chance.uniform(0, 1.3), 0, 1) * chance.uniform(0.6, 0.98)
    return np.asarray(1 - dark)


def light(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Factors up to 1: light from one side, and vignettes."""
    slope = clouds(chance, shape, max(shape) * chance.uniform(0.4, 1.5))
    slope = (slope - slope.min()) / max(1e-3, float(slope.max() - slope.min()))
    return np.asarray(1 - slope.astype(np.float32) * chance.uniform(0, 0.6))


def sheet(chance: Chance, shape: tuple[int, int]) -> Pixels:
    """Paper or papyrus, without writing."""
    page = np.full(shape, chance.uniform(90, 250), np.float32)
    page += clouds(chance, shape, chance.uniform(100, 600)) * chance.uniform(0, 15)
    page += clouds(chance, shape, chance.uniform(2, 30)) * chance.uniform(0, 8)
    if chance.random() < 0.45:
        page *= np.clip(1 + fibres(chance, shape) * chance.uniform(0.02, 0.13), 0.2, 1.3)
    return np.clip(page, 5, 255)


def soiled(chance: Chance, page: Pixels) -> Pixels:
    """The page with some of what happens to paper; all of it is paper still."""
    shape = page.shape
    for harm, share in ((stains, 0.35), (stains, 0.15), (cracks, 0.2), (ruling, 0.12), (light, 0.5), (rim, 0.2)):
        if chance.random() < share:
            page = page * harm(chance, shape)
    return np.clip(page, 0, 255)
