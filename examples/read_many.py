"""Has a worker read many pages, watches it, and prints their texts.

    python examples/read_many.py PAGE… [--languages eng+heb]

RECTO_URL (default http://localhost:8080), RECTO_USER and RECTO_PASSWORD say where and who.
Needs `websockets`.
"""

import argparse
import base64
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import requests
from websockets.sync.client import connect

BASE = os.environ.get("RECTO_URL", "http://localhost:8080")


def bearer() -> dict[str, str]:
    account = {"username": os.environ["RECTO_USER"], "password": os.environ["RECTO_PASSWORD"]}
    answer = requests.post(f"{BASE}/api/token/", json=account, timeout=10)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access']}"}


def order(images: list[str], languages: str, headers: dict[str, str]) -> str:
    """The id of the task. With the key, a second try after a lost answer is the same task."""
    key = hashlib.sha256("".join([languages, *images]).encode()).hexdigest()
    body = {"image_data": images, "languages": languages}
    answer = requests.post(
        f"{BASE}/api/fastapi/image", json=body, headers=headers | {"Idempotency-Key": key}, timeout=120
    )
    if not answer.ok:
        sys.exit(f"{answer.status_code}: {answer.json()['detail']}")
    return answer.json()["task_id"]


def watch(task: str, headers: dict[str, str]) -> dict[str, Any]:
    address = f"{BASE.replace('http', 'ws', 1)}/ws/watch-task?task_id={task}"
    with connect(address, additional_headers=headers) as socket:
        while True:
            said = json.loads(socket.recv())
            if said["type"] == "result":
                return said
            print(f"{said['progress']['percent']:3d} %  {said['status']}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--languages", default="eng")
    asked = parser.parse_args()
    headers = bearer()
    images = [base64.b64encode(page.read_bytes()).decode() for page in asked.pages]
    outcome = watch(order(images, asked.languages, headers), headers)
    for page, text in zip(asked.pages, outcome["result"] or [], strict=False):
        print(f"--- {page}")
        print(text if isinstance(text, str) else f"not read: {text['error']['detail']}")
    sys.exit(outcome["status"] != "completed")


if __name__ == "__main__":
    main()
