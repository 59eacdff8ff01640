"""A linear chain over lines: weights of features per tag, weights of steps from tag to tag."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from fastapi_app.services.invoice.ranking import MODEL, Features
from fastapi_app.services.pixels import Pixels


@cache
def _model() -> Any:
    return json.loads(MODEL.read_text(encoding="utf-8"))["lines"]


@dataclass(frozen=True, eq=False)
class Chain:
    """`scores` (lines, tags) and `steps` (from, to), float64, logarithms."""

    tags: tuple[str, ...]
    scores: Pixels
    steps: Pixels

    @classmethod
    def of(cls, lines: Sequence[Features]) -> "Chain":
        model = _model()
        tags = tuple(model["tags"])
        known: Mapping[str, Sequence[float]] = model["features"]
        scores = np.zeros((len(lines), len(tags)))
        for line, features in enumerate(lines):
            for name, value in features.items():
                scores[line] += np.multiply(known.get(name, 0.0), value)
        steps = np.array([[model["steps"].get(f"{one}>{other}", 0.0) for other in tags] for one in tags])
        return cls(tags, scores, steps)

    def best(self) -> list[str]:
        """The likeliest tags (Viterbi)."""
        reached, came = self.scores[0], []
        for line in self.scores[1:]:
            ways = reached[:, None] + self.steps
            came.append(ways.argmax(axis=0))
            reached = ways.max(axis=0) + line
        found = [int(reached.argmax())]
        for back in reversed(came):
            found.append(int(back[found[-1]]))
        return [self.tags[each] for each in reversed(found)]

    def probability(self, tag: str, start: int, end: int) -> float:
        """That exactly these lines bear the tag, among the lines beside them."""
        bears = np.array([each == tag for each in self.tags])
        barred = np.zeros(self.scores.shape, bool)
        barred[start:end] = ~bears
        for beside in (start - 1, end):
            if 0 <= beside < len(barred):
                barred[beside] = bears
        return min(1.0, math.exp(self._log_sum(barred) - self._log_sum(np.zeros_like(barred))))

    def _log_sum(self, barred: Pixels) -> float:
        """Over all taggings without the barred (forward sums)."""
        scores = np.where(barred, -np.inf, self.scores)
        reached = scores[0]
        for line in scores[1:]:
            reached = np.logaddexp.reduce(reached[:, None] + self.steps, axis=0) + line
        return float(np.logaddexp.reduce(reached))

    def likeliest(self, tag: str) -> int:
        """The line that comes nearest to a tag which no line bears."""
        at = self.tags.index(tag)
        return int((self.scores[:, at] - self.scores.max(axis=1)).argmax())
