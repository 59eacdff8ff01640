"""Installs what is missing: Debian packages, the virtual environment and the front-end packages.

Each of the three is skipped by a look that costs milliseconds: programs by their names, the virtual environment and
the front-end packages by the hash of their lock file.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher import steps
from launcher.places import PYTHON, ROOT, VAR, VENV
from launcher.trouble import Trouble

REQUIREMENTS = ROOT / "requirements.txt"
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"])
MODELS = {  # of Tesseract, by its own name
    "eng": "tesseract-ocr-eng",
    "heb": "tesseract-ocr-heb",
    "Hebrew": "tesseract-ocr-script-hebr",
    "osd": "tesseract-ocr-osd",
}
POSTGRES = ("initdb", "postgres", "createdb")

# Services that come with the packages and would start by themselves: Recto runs its own processes instead.
AS_ROOT = r"""
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\n# written by recto while it installs packages\nexit 101\n' > "$policy"
    chmod +x "$policy"
fi
apt-get -q update
apt-get -q install -y --no-install-recommends "$@"
if command -v systemctl > /dev/null; then
    for package in "$@"; do
        case $package in nginx|redis-server|postgresql) systemctl -q disable "$package" || true ;; esac
    done
fi
"""


def program(name: str) -> Path | None:
    """Where a program of the machine is; sbin counts, though it is not on everybody's PATH."""
    found = shutil.which(name, path=SYSTEM_PATH)
    return Path(found) if found else None


def postgres_programs() -> Path | None:
    """The folder with Postgres' programs: Debian keeps it off the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: float(path.parent.name))
    found = program("initdb")
    candidates = [*reversed(debian), *([found.parent] if found else [])]
    return next((folder for folder in candidates if all((folder / name).exists() for name in POSTGRES)), None)


def missing_packages(*, testing: bool = False) -> list[str]:
    """Debian packages for the programs that are not there."""
    missing = [
        package
        for package, name in (("tesseract-ocr", "tesseract"), ("nginx", "nginx"), ("redis-server", "redis-server"))
        if program(name) is None
    ]
    installed = set() if "tesseract-ocr" in missing else _models()
    missing += [package for model, package in MODELS.items() if model not in installed]
    if testing and postgres_programs() is None:
        missing.append("postgresql")
    if testing and program("faketime") is None:
        missing.append("faketime")
    if testing and program("chromium") is None:
        missing.append("chromium")
    return missing


def _models() -> set[str]:
    listed = subprocess.run([str(program("tesseract")), "--list-langs"], capture_output=True, text=True, check=False)
    return set(listed.stdout.split())


def packages(*, testing: bool = False) -> None:
    apt(missing_packages(testing=testing))
    if still := missing_packages(testing=testing):
        raise Trouble(f"apt-get ended without an error, but {', '.join(still)} is not there.")


def apt(missing: Sequence[str]) -> None:
    """Installs Debian packages. Raises Trouble where that cannot be."""
    if not missing:
        return
    by_hand = f"apt-get install {' '.join(missing)}"
    if program("apt-get") is None:
        raise Trouble(f"Recto needs programs that Debian calls {', '.join(missing)}; install them, then start again.")
    root = become_root(by_hand)
    with steps.told(f"Installing {', '.join(missing)}"):
        quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
        steps.run([*root, *quiet, "sh", "-c", AS_ROOT, "recto", *missing], by_hand, var=VAR)


def become_root(by_hand: str) -> list[str]:
    """The words before a command that needs root's right. Raises Trouble if this account may not have it."""
    if os.geteuid() == 0:
        return []
    if sudo := program("sudo"):
        asks = sys.stdin is not None and sys.stdin.isatty()
        if subprocess.run([str(sudo), "-v" if asks else "-nv"], capture_output=not asks, check=False).returncode == 0:
            return [str(sudo), "-n"]
    raise Trouble(f"This account may not install packages: run '{by_hand}' as root, then start again.")


def environment() -> None:
    """var/venv holds exactly what requirements.txt says, every file checked against its hash."""
    stamp = VENV / "recto-stamp"
    wanted = _hash(REQUIREMENTS)
    if _says(stamp, wanted) and _starts(PYTHON):
        return
    with steps.told("Installing Python packages"):
        if not _starts(PYTHON):
            steps.run([sys.executable, "-m", "venv", "--clear", VENV], "making the virtual environment", var=VAR)
        uv = _uv()
        steps.run([uv, *sync(PYTHON, REQUIREMENTS)], "installing the Python packages", var=VAR)
    stamp.write_text(wanted)


def sync(python: Path, lock: Path) -> list[str]:
    """Arguments of uv: exactly what `lock` says, nothing else, and no file whose hash is not in it."""
    return ["pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(lock)]


def _uv() -> Path:
    """uv itself comes through pip, by the same lock and hashes as everything else."""
    lock = VAR / "uv.txt"
    entry = re.search(r"^uv==[^\n]*\\\n(?:    --hash=[^\n]*\n)+", REQUIREMENTS.read_text(), re.MULTILINE)
    if entry is None:
        raise Trouble("requirements.txt does not pin uv, which installs the rest; compile it anew.")
    lock.write_text(entry[0])
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    steps.run(pip, "installing uv", var=VAR)
    return VENV / "bin" / "uv"


def node_packages() -> None:
    """node_modules holds exactly what package-lock.json says."""
    modules = ROOT / "node_modules"
    stamp = modules / ".recto-stamp"
    wanted = _hash(ROOT / "package-lock.json")
    if _says(stamp, wanted):
        return
    with steps.told("Installing front-end packages"):
        npm = program("npm") or _npm_from_pypi()
        env = {**os.environ, "PATH": os.pathsep.join([str(npm.parent), SYSTEM_PATH])}
        ci = [npm, "ci", "--ignore-scripts", "--no-progress"]
        steps.run(ci, "installing the front-end packages", var=VAR, env=env)
    stamp.write_text(wanted)


def _npm_from_pypi() -> Path:
    uv, folder = VENV / "bin" / "uv", VAR / "node"
    python, npm = folder / "bin" / "python", folder / "bin" / "npm"
    if not npm.exists():
        steps.run([uv, "venv", "--quiet", "--clear", "--python", PYTHON, folder], "making a place for Node", var=VAR)
        steps.run([uv, *sync(python, ROOT / "launcher" / "node.txt")], "installing Node", var=VAR)
    return npm


def _starts(python: Path) -> bool:
    """False also for the rest of an environment whose Python has been removed from the machine."""
    try:
        return subprocess.run([str(python), "-c", ""], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def everything(*, testing: bool = False) -> None:
    packages(testing=testing)
    VAR.mkdir(exist_ok=True)
    environment()
    node_packages()


def hand_over(command: Sequence[object]) -> None:
    """Becomes another program."""
    words = [str(word) for word in command]
    sys.stdout.flush()
    os.execv(words[0], words)  # noqa: S606 - that is the point
