"""Training: steps of a batch of crops, a cosine schedule, and the running average of the weights that is kept."""

import copy
import json
import multiprocessing
import queue
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.network import Binarizer
from training.pages import Pair
from training.variations import Variations

BATCH = 6
POOL = 900  # crops that batches are drawn from, while another process makes new ones
RATE = 2e-3
WARM_UP = 100  # steps
KEPT = 100  # steps between checkpoints


def loss(logits: Tensor, ink: Tensor) -> Tensor:
    """Cross-entropy of every pixel, and Dice's measure of the batch, which is what the F-measure is."""
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, ink)
    share = torch.sigmoid(logits)
    dice = 1 - (2 * (share * ink).sum() + 1) / (share.sum() + ink.sum() + 1)
    return entropy + 0.5 * dice


def feed(known: list[Pair], seed: int, crops: "multiprocessing.Queue[Any]") -> None:
    """In a process of its own."""
    torch.set_num_threads(1)
    for crop in Variations(known, seed).crops():
        crops.put(crop)


class Pool:
    """Crops in memory; every draw takes in what has been made meanwhile."""

    def __init__(self, known: list[Pair], seed: int) -> None:
        context = multiprocessing.get_context("fork")
        self._made: multiprocessing.Queue[Any] = context.Queue(64)
        self._crops: list[tuple[Any, Any]] = []
        self._chance = np.random.default_rng(seed)
        self._maker = context.Process(target=feed, args=(known, seed, self._made), daemon=True)
        self._maker.start()
        while len(self._crops) < POOL // 4:
            self._crops.append(self._made.get())

    def draw(self) -> tuple[Tensor, Tensor]:
        """(BATCH, planes, h, w) from −1 to 1 and (BATCH, 1, h, w) of 0 and 1."""
        with suppress(queue.Empty):
            for _ in range(BATCH):
                self._keep(self._made.get_nowait())
        chosen = [self._crops[int(at)] for at in self._chance.integers(len(self._crops), size=BATCH)]
        seen = torch.from_numpy(np.stack([planes for planes, _ in chosen])).float() / 127.5 - 1
        ink = torch.from_numpy(np.stack([ink for _, ink in chosen])).float()[:, None] / 255
        return seen.contiguous(memory_format=torch.channels_last), ink

    def _keep(self, crop: tuple[Any, Any]) -> None:
        if len(self._crops) < POOL:
            self._crops.append(crop)
        else:
            self._crops[int(self._chance.integers(POOL))] = crop


def averaged(average: Binarizer, network: Binarizer, step: int) -> None:
    """Exponential average over some hundred steps, in place."""
    share = min(0.997, (step + 1) / (step + 10))
    with torch.no_grad():
        for mean, now in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - share)
            else:
                mean.copy_(now)


def train(known: list[Pair], steps: int, out: Path, begin: Path | None = None, seed: int = 1) -> None:
    """Writes `out` every KEPT steps; `begin` holds the weights of an earlier run."""
    pool = Pool(known, seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = Binarizer().to(memory_format=torch.channels_last)
    if begin:
        network.load_state_dict(torch.load(begin, weights_only=True))
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    start, running = time.monotonic(), 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / steps))
        seen, ink = pool.draw()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(seen)
        error = loss(logits.float(), ink)
        error.backward()
        optimizer.step()
        averaged(average, network, step)
        running += (float(error.detach()) - running) * max(0.02, 1 / (step + 1))
        if (step + 1) % KEPT == 0 or step + 1 == steps:
            torch.save(average.state_dict(), out)
            facts = {"step": step + 1, "loss": round(running, 4), "seconds": round(time.monotonic() - start)}
            print(json.dumps(facts), flush=True)
