"""What age makes of a page: its ink fades in places, the other side shows through, water leaves stains."""

import cv2
import numpy as np

from samples.drawing import Pixels


def age(
    page: Pixels,
    back: Pixels,
    *,
    fading: float = 0.6,
    show_through: float = 0.4,
    stains: float = 0.5,
    grain: float = 5.0,
    seed: int = 1,
) -> Pixels:
    """(h, w) uint8 gray of a gray page whose other side is `back`, of the same shape; the page's grid stays.

    fading: share of the ink that is gone where it is palest. show_through: how dark the other side is against fresh
    ink. stains: share of the light that is missing in the middle of a stain. grain: standard deviation in gray levels.
    """
    chance = np.random.default_rng(seed)
    ink = _cover(page, 0.7) * (1 - fading * _patches(chance, page.shape, 5))
    other = _cover(back[:, ::-1], 2.0) * show_through
    spots = np.clip((_patches(chance, page.shape, 4) - 0.62) * 12, 0, 1) * stains
    paper = (225 - 30 * _patches(chance, page.shape, 3)) * (1 - spots)
    lit = paper * (1 - 0.8 * np.maximum(ink, other))
    return np.clip(lit + chance.normal(0, grain, page.shape), 0, 255).astype(np.uint8)


def _cover(page: Pixels, softness: float) -> Pixels:
    """float32, 1 where there is ink."""
    return (255 - cv2.GaussianBlur(page, (0, 0), softness).astype(np.float32)) / 255


def _patches(chance: np.random.Generator, shape: tuple[int, ...], count: int) -> Pixels:
    """float32 from 0 to 1, smooth, with about `count` patches along each side."""
    coarse = chance.uniform(0, 1, (count, count)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), 0, 1)
