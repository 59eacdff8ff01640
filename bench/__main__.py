"""`python -m bench [NAME…] [--pages FOLDER]`: runs the named benchmarks, or lists them."""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from bench.tables import Options
from launcher import install
from launcher.trouble import Trouble

NAMES = (
    "speed",
    "skew",
    "binarize",
    "denoise",
    "presets",
    "peers",
    "invoices",
    "notifications",
    "jobs",
    "health",
    "anomalies",
    "load",
)


def parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(prog="recto bench", description="Measures the engine on pages that Recto draws.")
    command.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)} or all; none: what each measures"
    )
    command.add_argument("--pages", type=Path, metavar="FOLDER", help="measure on the images of this folder instead")
    command.add_argument("--limit", type=int, metavar="N", help="of them, the first N")
    command.add_argument("--languages", default="eng", metavar="CODES", help="of their text, such as eng+heb")
    command.add_argument("--server", metavar="URL", help="speed: also over HTTP, as RECTO_USER with RECTO_PASSWORD")
    command.add_argument("--soak", type=float, metavar="MINUTES", help="load: a steady one, and what is left of it")
    command.add_argument("--json", action="store_true", help="for programs")
    command.add_argument("--install-peers", action="store_true", help="install the programs that `peers` compares with")
    return command


def main(argv: Sequence[str] | None = None) -> int:
    command = parser()
    arguments = command.parse_args(argv)
    wanted = NAMES if "all" in arguments.names else tuple(arguments.names)
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        command.error(f"there is no benchmark {unknown[0]}")
    if arguments.pages and not arguments.pages.is_dir():
        command.error(f"{arguments.pages} is not a folder")
    if arguments.install_peers:
        _install_peers()
    if not wanted:
        print("\n".join(f"{name:9} {_title(_benchmark(name))}" for name in NAMES))
        return 0
    languages = tuple(arguments.languages.split("+"))
    options = Options(arguments.pages, languages, arguments.limit, arguments.server, arguments.soak)
    _measure(wanted, options, as_json=arguments.json)
    return 0


def _measure(names: Sequence[str], options: Options, *, as_json: bool) -> None:
    found: dict[str, object] = {}
    for name in names:
        benchmark = _benchmark(name)
        if not as_json:
            print(f"{name:9} {_title(benchmark)}", flush=True)
        table = benchmark.run(options)
        found[name] = table.facts()
        if not as_json:
            print(table, flush=True)
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))


def _benchmark(name: str) -> ModuleType:
    return importlib.import_module(f"bench.{name}")


def _title(benchmark: ModuleType) -> str:
    return (benchmark.__doc__ or "").splitlines()[0]


def _install_peers() -> None:
    from bench.programs import missing

    try:
        install.apt(missing())
    except Trouble as trouble:
        sys.exit(f"recto: {trouble}")


if __name__ == "__main__":
    sys.exit(main())
