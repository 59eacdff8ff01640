"""Cleans a page and reads it, from a program.

    python examples/clean_and_read.py PAGE [eng+heb]

RECTO_URL (default http://localhost:8080), RECTO_USER and RECTO_PASSWORD say where and who.
Writes the clean page beside the original and prints its text.
"""

import os
import sys
from pathlib import Path

import requests

BASE = os.environ.get("RECTO_URL", "http://localhost:8080")


def bearer() -> dict[str, str]:
    """An access token is good for five minutes; `POST /api/token/refresh/` gives the next."""
    account = {"username": os.environ["RECTO_USER"], "password": os.environ["RECTO_PASSWORD"]}
    answer = requests.post(f"{BASE}/api/token/", json=account, timeout=10)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access']}"}


def clean(page: Path, headers: dict[str, str]) -> requests.Response:
    """The clean page as PNG; how it was made stands in the headers."""
    with page.open("rb") as file:
        return requests.post(
            f"{BASE}/api/fastapi/images/auto-process", headers=headers, files={"file": (page.name, file)}, timeout=120
        )


def read(page: Path, languages: str, headers: dict[str, str]) -> requests.Response:
    with page.open("rb") as file:
        return requests.post(
            f"{BASE}/api/fastapi/ocr",
            params={"languages": languages, "format": "text"},
            headers=headers,
            files={"file": (page.name, file)},
            timeout=120,
        )


def main() -> None:
    page, languages = Path(sys.argv[1]), (sys.argv[2:] or ["eng"])[0]
    headers = bearer()
    for answer in (cleaned := clean(page, headers), text := read(page, languages, headers)):
        if not answer.ok:
            sys.exit(f"{answer.status_code}: {answer.json()['detail']}")
    output = page.with_suffix(".clean.png")
    output.write_bytes(cleaned.content)
    print(f"{output}: turned back by {float(cleaned.headers['X-Skew-Angle']):.2f}°")
    print(text.text)


if __name__ == "__main__":
    main()
