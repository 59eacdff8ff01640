"""Where things are: the checkout, and the one ignored folder in which everything is written."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = VAR / "venv"
PYTHON = VENV / "bin" / "python"
