"""Learns how fields of invoices are chosen: `python -m training.invoices FOLDER`, writes models/invoice.json."""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from fastapi_app.services.invoice import days, figures, header, identifiers, totals
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import MODEL, NONE, Candidate
from fastapi_app.services.invoice.vendor import bare
from training.drawn import drawn
from training.receipts import Receipt, misread, receipts
from training.remarks import remarked


def learn_choice(groups: Sequence[tuple[list[Candidate], list[bool]]], decay: float) -> dict[str, float]:
    """Weights of a conditional logit; among the candidates of a page those that are right share the probability."""
    names = sorted({name for candidates, _ in groups for candidate in candidates for name in candidate.features})
    column = {name: at for at, name in enumerate(names)}
    tables, rights = [], []
    for candidates, right in groups:
        table = np.zeros((len(candidates) + 1, len(names) + 1))
        for row, candidate in enumerate(candidates):
            for name, value in candidate.features.items():
                table[row, column[name]] = value
        table[-1, -1] = 1.0
        tables.append(table)
        rights.append(np.array([*right, not any(right)]))
    start = np.array([0, *np.cumsum([len(table) for table in tables])])
    everything, right_ = np.vstack(tables), np.concatenate(rights)

    def loss(weights: Any) -> tuple[float, Any]:
        scores = everything @ weights
        value, slope = 0.0, np.zeros(len(scores))
        for a, b in pairwise(start):
            odds = np.exp(scores[a:b] - scores[a:b].max())
            all_, good = odds.sum(), odds[right_[a:b]].sum() + 1e-12
            value -= np.log(good / all_)
            slope[a:b] = odds / all_ - np.where(right_[a:b], odds / good, 0)
        return value + decay * weights @ weights, everything.T @ slope + 2 * decay * weights

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    learned = {name: round(float(weight), 3) for name, weight in zip(names, found, strict=False) if abs(weight) > 0.02}
    return learned | {NONE: round(float(found[-1]), 3)}


def letters(text: str) -> str:
    return re.sub(r"\W+", "", text.upper())


Group = tuple[list[Candidate], list[bool]]


def group(receipt: Receipt, name: str) -> Group | None:
    """The candidates for a field, and which of them are right, if any; None if nobody knows."""
    if name not in receipt.truth:
        return None
    paper = Paper((receipt.page,), receipt.page.languages)
    candidates = CANDIDATES[name](paper)
    return (candidates, [candidate.value == receipt.truth[name] for candidate in candidates]) if candidates else None


CANDIDATES: dict[str, Callable[[Paper], list[Candidate]]] = {
    "total": lambda paper: totals.total_candidates(paper, figures.figures(paper)),
    "date": lambda paper: days.candidates(paper, days.days(paper)),
    "due_date": lambda paper: days.candidates(paper, days.days(paper)),
    "invoice_number": identifiers.number_candidates,
}


def tagged(receipt: Receipt) -> tuple[list[dict[str, float]], list[str]] | None:
    """Features and tags of the lines; None if the truth cannot be found among them."""
    lines = header.headings(Paper((receipt.page,), ("eng",)))
    tags = ["other"] * len(lines)
    texts = [line.cell.text for line in lines]
    for tag, truth in (
        ("address", receipt.truth.get("vendor_address", "")),
        ("vendor", receipt.truth.get("vendor", "")),
    ):
        run = _run(texts, letters(truth), tag, tags)
        if truth and not run:
            return None
        for at in run:
            tags[at] = tag
    return [line.features for line in lines], tags


def _run(texts: Sequence[str], truth: str, tag: str, tags: Sequence[str]) -> range:
    """The lines that together say it, or nearly."""
    from rapidfuzz.distance import Levenshtein

    best, found = 0.88, range(0)
    for start in range(len(texts)):
        for end in range(start + 1, min(len(texts), start + 9) + 1):
            if any(tags[at] != "other" for at in range(start, end)):
                break
            joined = letters(bare(tag, " ".join(texts[start:end])))
            if len(joined) > 1.5 * len(truth) + 5:
                break
            near = Levenshtein.normalized_similarity(joined, truth)
            if near > best:
                best, found = near, range(start, end)
    return found


def learn_lines(pages: Sequence[tuple[list[dict[str, float]], list[str]]], l1: float, l2: float) -> dict[str, Any]:
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(
        {
            "c1": l1,
            "c2": l2,
            "max_iterations": 200,
            "feature.possible_transitions": True,
            "feature.possible_states": False,
        }
    )
    for lines, tags in pages:
        trainer.append(pycrfsuite.ItemSequence([{k: v for k, v in line.items() if v} for line in lines]), tags)
    with tempfile.NamedTemporaryFile(suffix=".crfsuite") as file:
        trainer.train(file.name)
        tagger = pycrfsuite.Tagger()
        tagger.open(file.name)
        info = tagger.info()
    tags = ["other", "vendor", "address"]
    features: dict[str, list[float]] = {}
    for (name, tag), weight in info.state_features.items():
        if abs(weight) > 0.01:
            features.setdefault(name, [0.0] * 3)[tags.index(tag)] = round(weight, 3)
    steps = {f"{one}>{other}": round(weight, 3) for (one, other), weight in info.transitions.items()}
    return {"tags": tags, "steps": steps, "features": dict(sorted(features.items()))}


DECAY = {"total": 0.1, "date": 0.03, "due_date": 0.03, "invoice_number": 0.03}
"""How strongly weights are drawn to zero; by cross-validation over the receipts (total: 0.03 to 0.2)."""


def learn(known: Sequence[Receipt], bare: Sequence[Receipt], l1: float = 0.1, l2: float = 0.05) -> dict[str, Any]:
    """`bare`: drawn pages, whose fields are learned with remarks under them, too."""
    pages = [each for receipt in (*known, *bare) for each in (receipt, misread(receipt, 1))]
    telling = [*pages, *map(remarked, bare)]
    chosen = {
        name: learn_choice([found for page in telling if (found := group(page, name))], decay)
        for name, decay in DECAY.items()
    }
    return chosen | {"lines": learn_lines([known_ for page in pages if (known_ := tagged(page))], l1, l2)}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.invoices", description=__doc__)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args(argv)
    known, bare = receipts(arguments.folder, with_image=False), [*drawn(0, 10)]
    found = learn(known, bare)
    MODEL.write_text(
        json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
    )
    print(f"{len(known)} receipts, {len(bare)} drawn pages, {MODEL.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
