"""`./recto lint`: the rules that a tool keeps."""

import subprocess
from pathlib import Path

from launcher import install
from launcher.places import PYTHON, ROOT, VENV

TOOLS: dict[str, list[str | Path]] = {
    "ruff": [VENV / "bin" / "ruff", "check", "."],
    "ruff format": [VENV / "bin" / "ruff", "format", "--check", "."],
    "import-linter": [VENV / "bin" / "lint-imports"],
    "mypy": [PYTHON, "-m", "mypy"],
}


def lint() -> int:
    """1 if any tool complains; all of them are heard."""
    install.environment()
    failed = []
    for name, command in TOOLS.items():
        print(f"{name}:", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"Not clean: {', '.join(failed)}." if failed else "All clean.", flush=True)
    return 1 if failed else 0
