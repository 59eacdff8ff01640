"""What a running stack holds at a moment: memory, processes, descriptors, connections, temporary files."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import environ
import psycopg2
import redis

from launcher.stack import Stack

CHILDREN = "children"  # of whichever program: where pixels are touched


@dataclass(frozen=True)
class Held:
    """`memory`: MiB of each family of processes, without files, whose share depends on what else runs; what several
    processes share is counted in parts (Pss_Anon)."""

    memory: dict[str, float]
    processes: int
    descriptors: int
    files: tuple[str, ...]
    postgres: int
    redis: int

    def counts(self) -> dict[str, int]:
        return {
            "processes": self.processes,
            "open descriptors": self.descriptors,
            "temporary files": len(self.files),
            "connections to Postgres": self.postgres,
            "connections to Redis": self.redis,
        }


def held(stack: Stack) -> Held:
    families = dict(_families(stack))
    everybody = [pid for pids in families.values() for pid in pids]
    return Held(
        {name: sum(map(_memory, pids)) for name, pids in families.items()},
        len(everybody),
        sum(map(_descriptors, everybody)),
        _files(Path(stack.environment["TMPDIR"])),
        _of_postgres(stack.environment["RECTO_DATABASE_URL"]),
        _of_redis(stack.environment["RECTO_REDIS_URL"]),
    )


def _files(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))


def _families(stack: Stack) -> Iterator[tuple[str, list[int]]]:
    """A program's processes under its name, and all that fork servers have made together."""
    children: list[int] = []
    for state in stack.supervisor.states().values():
        own = [state.pid] if state.pid else []
        for pid in own:
            below = _children(pid)
            servers = [each for each in below if "forkserver" in _command(each)]
            children += [each for server in servers for each in _children(server)]
            own += [each for each in below if each not in children]
        yield state.name, own
    yield CHILDREN, [*children, *(grandchild for child in children for grandchild in _children(child))]


def _children(pid: int) -> list[int]:
    """Of all its threads; none of a process that has just ended."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _memory(pid: int) -> float:
    with suppress(OSError):
        found = re.search(r"^Pss_Anon:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


def _descriptors(pid: int) -> int:
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return 0


def _of_postgres(url: str) -> int:
    facts = environ.Env.db_url_config(url)
    connection = psycopg2.connect(host=facts["HOST"], user=facts["USER"], dbname=facts["NAME"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()")
            return int((cursor.fetchone() or [0])[0])
    finally:
        connection.close()


def _of_redis(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return len(client.client_list()) - 1
