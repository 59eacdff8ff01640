"""`python -m bench [NAME…] [--pages FOLDER]`: runs the named benchmarks, or lists them."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("speed", "skew", "binarize", "denoise", "notifications")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="recto bench", description="Measures the engine on pages that Recto draws.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)} or all; none: what each measures")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="measure on the images of this folder instead")
    arguments = parser.parse_args(argv)
    wanted = NAMES if "all" in arguments.names else tuple(arguments.names)
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}")
    if arguments.pages and not arguments.pages.is_dir():
        parser.error(f"{arguments.pages} is not a folder")
    for name in wanted or NAMES:
        benchmark = importlib.import_module(f"bench.{name}")
        print(f"{name:9} {(benchmark.__doc__ or '').splitlines()[0]}")
        if wanted:
            benchmark.run(arguments.pages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
