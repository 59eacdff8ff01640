"""`Idempotency-Key`: whoever did not hear the answer asks again and gets the first one."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from fastapi_app.errors import KeyReused, StillRunning

LONGEST_RUN = 600


def once(store: Any, user: str, key: str | None, body: str, act: Callable[[], str], *, kept: int) -> str:
    """What `act` gives, or gave under the same key in the last `kept` seconds; a refusal may be tried again. `body` is
    the digest of the request.

    Raises KeyReused for another body, StillRunning while the first one is not answered."""
    if not key:
        return act()
    name = "recto:once:" + hashlib.sha256(f"{user}\0{key}".encode()).hexdigest()
    if not store.set(name, json.dumps({"body": body, "answer": None}), nx=True, ex=LONGEST_RUN):
        return _first_answer(store.get(name), body)
    try:
        answer = act()
    except BaseException:
        store.delete(name)
        raise
    store.set(name, json.dumps({"body": body, "answer": answer}), ex=kept)
    return answer


def _first_answer(kept: bytes | None, body: str) -> str:
    facts = json.loads(kept) if kept else {"body": body, "answer": None}
    if facts["body"] != body:
        raise KeyReused("This Idempotency-Key was used for a different request.")
    if facts["answer"] is None:
        raise StillRunning("The first request with this Idempotency-Key is still running.")
    return str(facts["answer"])
