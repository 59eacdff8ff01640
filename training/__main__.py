"""The command line of training; `training/__init__.py` says how to install what it needs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import training
from fastapi_app.services.learned import MODEL
from training.export import export
from training.pages import pairs
from training.train import train


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=training.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="pages NAME.png, truth NAME.gt.png")
    parser.add_argument("--steps", type=int, default=6000, help="of six crops each (default: 6000)")
    parser.add_argument(
        "--without", nargs="*", default=[], metavar="PREFIX", help="pages to keep apart, by their names"
    )
    parser.add_argument("--begin", type=Path, metavar="WEIGHTS", help="go on from the weights of an earlier run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=MODEL, help="the model; its weights are kept beside it, as .pt")
    arguments = parser.parse_args(argv)
    known = [pair for pair in pairs(arguments.folder) if not pair.name.startswith(tuple(arguments.without))]
    if not known:
        parser.error("there are no pages to learn from")
    print(f"{len(known)} pages", flush=True)
    weights = arguments.out.with_suffix(".pt")
    if arguments.steps:
        train(known, arguments.steps, weights, arguments.begin, arguments.seed)
    print(f"sha256 {export(weights, arguments.out)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
