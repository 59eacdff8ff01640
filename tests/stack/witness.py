"""What happens to jobs meanwhile, from two who miss nothing: the database's own triggers and a reader of the stream."""

import json
import threading
from collections.abc import Iterable
from typing import Any, Self

import redis

from tests.stack.faulty import Database

TRIGGERS = """
CREATE TABLE seen_item (item bigint, job bigint, was text, became text);
CREATE TABLE seen_job (job bigint, was timestamptz, became timestamptz);
CREATE FUNCTION see_item() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen_item VALUES (NEW.id, NEW.job_id, OLD.state, NEW.state); RETURN NULL; END';
CREATE FUNCTION see_job() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen_job VALUES (NEW.id, OLD.finished_at, NEW.finished_at); RETURN NULL; END';
CREATE TRIGGER see AFTER UPDATE OF state ON jobs_jobitem FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION see_item();
CREATE TRIGGER see AFTER UPDATE OF finished_at ON jobs_job FOR EACH ROW
    WHEN (OLD.finished_at IS DISTINCT FROM NEW.finished_at) EXECUTE FUNCTION see_job();
"""


class Ledger:
    """Every change of an item's state and of a job's `finished_at`, written down by the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.rows(TRIGGERS)

    def times_done(self, jobs: list[int]) -> list[int]:
        """How often each item became done."""
        sql = "SELECT count(*) FROM seen_item WHERE job = ANY(%s) AND became = 'done' GROUP BY item"
        return [count for (count,) in self._database.rows(sql, jobs)]

    def undone(self, jobs: list[int]) -> int:
        """Changes of items that were done."""
        sql = "SELECT count(*) FROM seen_item WHERE job = ANY(%s) AND was = 'done'"
        return int(self._database.rows(sql, jobs)[0][0])

    def ends(self, jobs: list[int]) -> dict[int, list[str]]:
        """What happened to each job's `finished_at`, in order: set, taken back, changed."""
        sql = """SELECT job, array_agg(CASE WHEN was IS NULL THEN 'set' WHEN became IS NULL THEN 'taken back'
            ELSE 'changed' END) FROM seen_job WHERE job = ANY(%s) GROUP BY job"""
        return dict(self._database.rows(sql, jobs))


class Listener(threading.Thread):
    """Reads a person's stream as it grows, since it keeps only the last thousand events."""

    def __init__(self, url: str, user: int) -> None:
        super().__init__(daemon=True)
        self.events: list[dict[str, Any]] = []
        self._client = redis.Redis.from_url(url, socket_timeout=5)
        self._stream = f"recto:events:{user}"
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self.join()
        self._client.close()

    def run(self) -> None:
        last = b"0"
        while not self._over.is_set():
            try:
                answer = self._client.xread({self._stream: last}, block=500)
            except redis.RedisError:  # it is just being taken away
                self._over.wait(0.1)
                continue
            for _, entries in answer or []:
                self.events += [json.loads(fields[b"event"]) for _, fields in entries]
                last = entries[-1][0]

    def ends(self) -> set[tuple[int, int, str]]:
        """Jobs, positions and states of the items whose end was told."""
        told = (event for event in list(self.events) if event["type"] == "job_progress")
        return {(event["job"], event["item"]["position"], event["item"]["state"]) for event in told}

    def images(self) -> set[tuple[int, int]]:
        """Jobs and pages of which an image was told."""
        return {(event["job"], event["page"]) for event in list(self.events) if event["type"] == "image_processed"}

    def finished(self, jobs: Iterable[int]) -> set[int]:
        return {event["job"] for event in list(self.events) if event["type"] == "job_finished"} & set(jobs)
