"""Which of several candidates is meant: a conditional logit (McFadden 1974) over features that are evidence.

The weights lie in `models/invoice.json`, learned by `training`. "None of them" is an alternative, too, so that the
probabilities say how far a choice can be trusted.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fastapi_app.services.invoice.models import Field
from fastapi_app.services.invoice.rows import Span

MODEL = Path(__file__).parent.parent / "models" / "invoice.json"
NONE = "none"  # the weight of the alternative that none is meant
LEAST = 1e-9  # probability: a candidate that is less likely is not worth showing
MOST = 5

Features = Mapping[str, float]


@dataclass(frozen=True)
class Candidate:
    value: str
    span: Span
    features: Features = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A candidate and the probability that it is the one."""

    candidate: Candidate
    probability: float

    def field(self) -> Field:
        span = self.candidate.span
        return Field(
            value=self.candidate.value,
            raw=span.raw,
            confidence=round(self.probability * span.sureness, 4),
            page=span.page,
            box=span.box,
        )


@cache
def weights(name: str) -> Features:
    found: dict[str, dict[str, float]] = json.loads(MODEL.read_text(encoding="utf-8"))
    return found[name]


def score(features: Features, learned: Features) -> float:
    return sum(learned.get(name, 0.0) * value for name, value in features.items())


def ranked(name: str, candidates: Sequence[Candidate]) -> list[Choice]:
    """The likeliest first; candidates of the same value are one, shown where it is likeliest."""
    learned = weights(name)
    scores = [score(candidate.features, learned) for candidate in candidates]
    top = max([*scores, learned.get(NONE, 0.0)])
    odds = [math.exp(each - top) for each in scores]
    total = sum(odds) + math.exp(learned.get(NONE, 0.0) - top)
    best: dict[str, Choice] = {}
    for candidate, odd in sorted(zip(candidates, odds, strict=True), key=lambda pair: -pair[1]):
        known = best.get(candidate.value)
        shown = known.candidate if known else candidate
        best[candidate.value] = Choice(shown, odd / total + (known.probability if known else 0.0))
    return sorted(best.values(), key=lambda choice: -choice.probability)


def is_some(choices: Sequence[Choice], name: str) -> bool:
    """Whether the likeliest candidate is likelier than none of them."""
    return bool(choices) and choices[0].probability > 1 - sum(choice.probability for choice in choices)
