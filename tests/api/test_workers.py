"""Pixels in processes of their own: the loop stays free, slots are kept, crashes stay theirs."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fastapi_app import lingering, workers
from fastapi_app.child import NICE
from tests.api.service import Service, messages_until, running, say, text_page
from tests.processes import stat
from tests.waiting import until

SLOW = {"method": "nlmeans", "strength": 30}


@dataclass
class SlowRun:
    """A run that takes seconds: the child that is at it, and its answer as soon as there is one."""

    pid: int
    answers: list[httpx.Response] = field(default_factory=list)


@contextmanager
def slow_run(service: Service, image: bytes) -> Iterator[SlowRun]:
    """One that is at work in its slot, until the block ends."""
    ours, busy = service.app.state.workers, service.busy
    until(lambda: len(ours._spares) == ours.slots)
    run = SlowRun(ours._spares[0].pid)
    thread = threading.Thread(target=lambda: run.answers.append(service.post("/api/images/denoise", image, **SLOW)))
    thread.start()
    service.wait_for_slots(busy + 1)
    rested = spent(run.pid)
    until(lambda: spent(run.pid) > rested + 5)
    try:
        yield run
    finally:
        if thread.is_alive():
            kill_if_there(run.pid)
        thread.join(60)


def kill_if_there(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def spent(pid: int) -> int:
    """Ticks of processor time."""
    facts = stat(pid)
    return int(facts[11]) + int(facts[12])


def children(service: Service) -> list[int]:
    """Process ids of the children of this service: they live in its folder."""
    folder = service.app.state.workers.folder
    return [int(process.name) for process in Path("/proc").iterdir() if _home(process).parent == folder]


def _home(process: Path) -> Path:
    try:
        return (process / "cwd").readlink()
    except OSError:
        return process


def _fork_server() -> int:
    from multiprocessing import forkserver

    return int(forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]


def test_loop_stays_free(media: Path, slow_page: bytes) -> None:
    with running(media) as service, slow_run(service, slow_page) as run:
        times = []
        for _ in range(20):
            start = time.perf_counter()
            assert service.http.get("/healthz").status_code == 200
            times.append(time.perf_counter() - start)
        assert not run.answers, "the slow run is over too soon to show anything"
        assert sorted(times)[10] < 0.05


def test_queue_full(media: Path, slow_page: bytes) -> None:
    with running(media, slots=1, queue=0) as service, slow_run(service, slow_page):
        answer = service.post("/api/images/binarize", text_page(60, 40))
        assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
        assert int(answer.headers["retry-after"]) > 0


def test_queue_waits_its_turn(media: Path) -> None:
    with running(media, slots=1, queue=10) as service, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: service.post("/api/images/binarize", text_page(), method="edges"), range(6)))
        assert [answer.status_code for answer in answers] == [200] * 6
        assert service.busy == 0


def test_client_that_vanishes_frees_its_slot(media: Path, slow_page: bytes) -> None:
    with running(media) as service:
        with pytest.raises(httpx.ReadTimeout):
            service.http.post(
                "/api/images/denoise",
                params=SLOW,
                files={"file": slow_page},
                headers=service.headers(),
                timeout=httpx.Timeout(5, read=0.5),
            )
        service.wait_for_slots(0)
        assert service.post("/api/images/binarize", text_page(60, 40)).status_code == 200


def test_client_that_vanishes_in_the_queue_leaves_its_place(media: Path, slow_page: bytes) -> None:
    with running(media, slots=1, queue=1) as service, slow_run(service, slow_page):
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                service.http.post(
                    "/api/images/binarize",
                    files={"file": text_page(60, 40)},
                    headers=service.headers(),
                    timeout=httpx.Timeout(5, read=0.2),
                )
            until(lambda: service.app.state.workers.waiting == 0)


def test_client_that_vanishes_in_its_upload_leaves_nothing(media: Path) -> None:
    with running(media) as service:
        folder = service.app.state.workers.folder
        address = urlsplit(service.url)
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(
                b"POST /api/images/binarize HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\nAuthorization: "
                + service.headers()["Authorization"].encode()
                + b'\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
                + bytes(2_000_000)
            )
            until(lambda: any(folder.glob("tmp*")))
        until(lambda: not any(folder.glob("tmp*")))
        assert service.post("/api/images/binarize", text_page(60, 40)).status_code == 200


def test_two_users_take_turns(media: Path, slow_page: bytes) -> None:
    """Six runs of one wait; the single run of another, which came last, is done after the first of them."""
    done: list[str] = []

    def post(service: Service, user: str) -> None:
        answer = service.http.post(
            "/api/images/deskew", files={"file": text_page(90, 70)}, headers=service.headers(sub=user)
        )
        assert answer.status_code == 200
        done.append(user)

    with running(media, slots=1, queue=10) as service, ThreadPoolExecutor(7) as pool:
        workers = service.app.state.workers
        with slow_run(service, slow_page):
            runs = []
            for number, user in enumerate(["greedy"] * 6 + ["modest"], 1):
                runs.append(pool.submit(post, service, user))
                until(lambda: workers.waiting == number)  # noqa: B023  waited for before it changes
        for each in runs:
            each.result()
    assert done.index("modest") <= 1


def test_fork_server_comes_back_without_secrets(media: Path) -> None:
    with running(media) as service:
        assert service.post("/api/images/binarize", text_page(60, 40)).status_code == 200
        first = _fork_server()
        os.kill(first, signal.SIGKILL)
        until(lambda: not children(service))
        for _ in range(3):
            assert service.post("/api/images/binarize", text_page(60, 40)).status_code == 200
        assert _fork_server() != first
        until(lambda: bool(children(service)))
        check_no_secrets([*children(service), _fork_server()])


def test_killed_child_is_one_requests_trouble(media: Path, slow_page: bytes) -> None:
    with running(media) as service:
        with slow_run(service, slow_page) as run:
            os.kill(run.pid, signal.SIGKILL)
            until(lambda: run.answers)
        assert (run.answers[0].status_code, run.answers[0].json()["code"]) == (422, "unusable_image")
        assert service.post("/api/images/binarize", text_page(60, 40)).status_code == 200


def test_children_know_no_secrets_and_no_web(media: Path) -> None:
    with running(media) as service:
        check_no_secrets([service.app.state.workers._spares[0].pid, _fork_server()])


def check_no_secrets(found: list[int]) -> None:
    assert os.environ["RECTO_SECRET_KEY"]
    for pid in found:
        names = {each.partition(b"=")[0] for each in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")}
        assert b"OMP_THREAD_LIMIT" in names
        assert not {name for name in names if name.startswith((b"RECTO", b"DJANGO"))}
        assert "httptools" not in Path(f"/proc/{pid}/maps").read_text()
        assert "cv2" in Path(f"/proc/{pid}/maps").read_text()


def test_fork_server_has_one_thread(service: Service) -> None:
    """A second one could hold a lock at the moment of a fork, and the child would wait for it for ever."""
    assert len(list(Path(f"/proc/{_fork_server()}/task").iterdir())) == 1


def test_children_are_confined(media: Path) -> None:
    with running(media, child_memory_bytes=3 * 2**30) as service:
        until(lambda: bool(children(service)))
        limits = Path(f"/proc/{max(children(service))}/limits").read_text()
        assert f"Max address space         {3 * 2**30}" in limits
        assert "Max core file size        0 " in limits
        assert os.getpriority(os.PRIO_PROCESS, max(children(service))) == os.getpriority(os.PRIO_PROCESS, 0) + NICE


def test_next_spare_waits_for_the_end_of_a_lone_run(media: Path, slow_page: bytes) -> None:
    with running(media, slots=2) as service:
        until(lambda: len(children(service)) == 2)
        with slow_run(service, slow_page):
            assert len(children(service)) == 2, "the run and the other spare"
        until(lambda: len(children(service)) == 2)


def test_next_spare_waits_until_nothing_runs(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(media, slots=2) as service:
        before = started(service)
        monkeypatch.setattr(workers, "QUIET_SECONDS", 3600.0)
        assert [clean(service, "alice", text_page(60, 40)) for _ in range(3)] == [200] * 3
        assert service.app.state.workers._count == before
        monkeypatch.setattr(workers, "QUIET_SECONDS", 0.0)
        assert clean(service, "alice", text_page(60, 40)) == 200
        assert started(service) == before + 1


def test_nothing_is_left_behind(media: Path) -> None:
    with running(media) as service:
        folder = service.app.state.workers.folder
        for _ in range(3):
            service.post("/api/images/binarize", text_page(60, 40))
        assert len(list(folder.iterdir())) <= 3, "only the scratch folders of the spares and of the child that lingers"
    assert not folder.exists()
    until(lambda: not children(service))


def started(service: Service) -> int:
    """How many children there have been so far, once the spares are complete."""
    ours = service.app.state.workers
    until(lambda: len(ours._spares) == ours.slots)
    return int(ours._count)


def clean(service: Service, user: str, image: bytes) -> int:
    answer = service.http.post("/api/images/binarize", files={"file": image}, headers=service.headers(sub=user))
    return answer.status_code


def test_next_request_finds_the_child_of_the_last_one(media: Path) -> None:
    with running(media) as service:
        assert clean(service, "alice", text_page(60, 40)) == 200
        before = started(service)
        assert [clean(service, "alice", text_page(60, 40)) for _ in range(3)] == [200] * 3
        assert started(service) == before


def test_nobody_gets_another_persons_child(media: Path) -> None:
    with running(media) as service:
        for number, user in enumerate(("alice", "bob", "alice"), 1):
            assert clean(service, user, text_page(60, 40)) == 200
            assert started(service) == 1 + number, "one lingers, since there is one slot"


def test_child_that_has_failed_is_not_used_again(media: Path) -> None:
    with running(media) as service:
        assert clean(service, "alice", text_page(60, 40)) == 200
        assert clean(service, "alice", text_page(60, 40)[:100]) == 422
        before = started(service)
        assert clean(service, "alice", text_page(60, 40)) == 200
        assert started(service) == before + 1


def test_child_that_has_grown_is_not_used_again(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "LARGEST", 1)
    with running(media) as service:
        assert clean(service, "alice", text_page(60, 40)) == 200
        until(lambda: len(children(service)) == 1)


def test_lingering_ends(media: Path) -> None:
    with running(media, child_idle_seconds=0.2) as service:
        assert clean(service, "alice", text_page(60, 40)) == 200
        started(service)
        until(lambda: len(children(service)) == 1)


def test_idle_socket_costs_no_child(media: Path) -> None:
    with running(media, child_idle_seconds=0.2) as service, service.socket() as socket:
        until(lambda: len(children(service)) == 1)  # the spare one
        for _ in range(2):
            socket.send(text_page(60, 40))
            say(socket, action="auto_process", run=1)
            messages_until(socket, "complete")
            until(lambda: len(children(service)) == 1)
