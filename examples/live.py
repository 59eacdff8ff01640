"""Watches a page being cleaned, step by step, over the socket.

    python examples/live.py PAGE

RECTO_URL (default http://localhost:8080), RECTO_USER and RECTO_PASSWORD say where and who.
Needs `websockets`. Writes the clean page beside the original.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import requests
from websockets.asyncio.client import connect

BASE = os.environ.get("RECTO_URL", "http://localhost:8080")


def access_token() -> str:
    account = {"username": os.environ["RECTO_USER"], "password": os.environ["RECTO_PASSWORD"]}
    answer = requests.post(f"{BASE}/api/token/", json=account, timeout=10)
    answer.raise_for_status()
    return answer.json()["access"]


async def watch(page: Path) -> None:
    address = BASE.replace("http", "ws", 1) + "/ws/process"
    headers = {"Authorization": f"Bearer {access_token()}"}
    async with connect(address, additional_headers=headers, max_size=None) as socket:
        await socket.send(page.read_bytes())
        await socket.send(json.dumps({"action": "auto_process", "run": "1", "binary": True}))
        while True:
            event = json.loads(await socket.recv())
            if event["type"] == "progress" and event["seconds"] is not None:
                print(f"{event['percent']:3d} %  {event['step']:10} {event['seconds']:.2f} s")
            elif event["type"] == "complete":
                page.with_suffix(".live.png").write_bytes(await socket.recv())
                return
            elif event["type"] in ("error", "cancelled"):
                sys.exit(event.get("detail", event["type"]))


if __name__ == "__main__":
    asyncio.run(watch(Path(sys.argv[1])))
