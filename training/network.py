"""The network: a residual U-Net whose widest layers work at half the page's resolution.

Two by two pixels become channels before the first layer and pixels again after the last (Shi et al. 2016), which
leaves a quarter of the work of a U-Net at full resolution; strokes of one pixel survive, as nothing is averaged.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

CHANNELS = (16, 32, 64, 96, 96)  # at 1/2, 1/4, 1/8, 1/16 and 1/32 of the resolution
INPUTS = 4  # planes of fastapi_app.services.learned.planes


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):  # type: ignore[misc]
    """Two convolutions beside the way past them (He et al. 2015)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Up(nn.Module):  # type: ignore[misc]
    """The coarser level, twice as large, added to the finer one (Ronneberger, Fischer and Brox 2015)."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.narrow = nn.Sequential(nn.Conv2d(coarse, fine, 1, bias=False), nn.BatchNorm2d(fine))
        self.refine = Residual(fine)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        larger = nn.functional.interpolate(self.narrow(coarse), scale_factor=2.0, mode="nearest")
        return self.refine(torch.relu(larger + fine))


class Binarizer(nn.Module):  # type: ignore[misc]
    """(n, INPUTS, h, w) → (n, 1, h, w) of logits, ink above 0; h and w are multiples of 32."""

    def __init__(self) -> None:
        super().__init__()
        first, *_ = CHANNELS
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), convolution(4 * INPUTS, first), convolution(first, first))
        steps = list(pairwise(CHANNELS))
        self.down = nn.ModuleList(
            nn.Sequential(convolution(fine, coarse, 2), Residual(coarse)) for fine, coarse in steps
        )
        self.deepest = Residual(CHANNELS[-1])
        self.up = nn.ModuleList(Up(coarse, fine) for fine, coarse in reversed(steps))
        self.head = nn.Sequential(nn.Conv2d(first, 4, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        levels = [self.stem(x)]
        for step in self.down:
            levels.append(step(levels[-1]))
        coarse = self.deepest(levels.pop())
        for step in self.up:
            coarse = step(coarse, levels.pop())
        return self.head(coarse)
