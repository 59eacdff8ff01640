"""How each program of Recto is started, the same under `./recto up` and in a container."""

from collections.abc import Iterator, Mapping
from pathlib import Path

MAX_UPLOAD_BYTES = 64 * 1024 * 1024
THREADS = "16"  # of each of Django's processes; django_app.imaging.client lets fewer wait for the engine


def upload_limit(env: Mapping[str, str]) -> int:
    return int(env.get("RECTO_MAX_UPLOAD_BYTES") or MAX_UPLOAD_BYTES)


def worker(python: str | Path, name: str, processes: int, queues: str) -> Iterator[str]:
    """Of jobs, under `name`@host."""
    yield from (
        str(python),
        "-m",
        "celery",
        "-A",
        "django_app.config.celery",
        "--quiet",
        "worker",
        "--hostname",
        f"{name}@%h",
    )
    yield from ("--queues", queues, "--concurrency", str(processes), "--without-gossip", "--without-mingle")


def every_queue(python: str | Path, processes: int) -> Iterator[str]:
    return worker(python, "worker", processes, "interactive,batch")


def quick(python: str | Path) -> Iterator[str]:
    """Takes no batches: a single page starts at once, however long the pages of a batch are."""
    return worker(python, "quick", 1, "interactive")


def tasks(python: str | Path) -> Iterator[str]:
    """The developer API's. A thread is enough: what is read is read in a child."""
    yield from (str(python), "-m", "celery", "-A", "fastapi_app.tasks", "--quiet", "worker", "--hostname", "tasks@%h")
    yield from ("--queues", "recto-tasks", "--pool", "threads", "--concurrency", "1")
    yield from ("--without-gossip", "--without-mingle")


def fastapi(python: str | Path, host: str, port: int, trusted: str, limit: int) -> Iterator[str]:
    """`trusted`: the address of who may say whom a request is from; `limit`: bytes of an upload."""
    base64_and_json = limit * 4 // 3 + 64 * 1024
    yield from (str(python), "-m", "uvicorn", "--factory", "fastapi_app.main:create_app")
    yield from ("--host", host, "--port", str(port), "--no-server-header", "--no-access-log")
    yield from ("--proxy-headers", "--forwarded-allow-ips", trusted, "--ws-max-size", str(base64_and_json))
    # Longer than nginx keeps an idle connection, so that it is never nginx who finds one closed.
    yield from ("--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "5")
    # A peer that answers no ping is gone. Images are compressed already; without deflate an idle socket costs less.
    yield from ("--ws-ping-interval", "20", "--ws-ping-timeout", "20", "--ws-per-message-deflate", "false")


def django(python: str | Path, host: str, port: int, trusted: str, run: str | Path) -> Iterator[str]:
    """`trusted` as for FastAPI; `run`: a folder for the signs of life of gunicorn's processes."""
    yield from (str(python), "-m", "gunicorn", "django_app.config.wsgi", "--bind", f"{host}:{port}")
    yield from ("--worker-class", "gthread", "--workers", "2", "--threads", THREADS, "--preload", "--timeout", "180")
    # A process takes no request that it has no thread for: the other one may have. A connection that is kept would
    # hold a thread's place.
    yield from ("--worker-connections", THREADS, "--keep-alive", "0")
    yield from ("--graceful-timeout", "5", "--forwarded-allow-ips", trusted)
    yield from ("--worker-tmp-dir", str(run), "--no-control-socket", "--limit-request-line", "8190")
    yield from ("-c", "python:django_app.config.gunicorn")


def flower(python: str | Path, host: str, port: int) -> Iterator[str]:
    yield from (str(python), "-m", "launcher.monitor", host, str(port))
