"""Invoices by a real worker on a real Redis: the engine's own eight doors."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from fastapi_app.claims import sweep
from samples import printed
from tests.api.ordering import STRANGER, working
from tests.api.service import Service, blank, running
from tests.redis_server import RedisServer
from tests.waiting import until

JSON = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def service(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("media"), redis_url=server.url, max_upload_bytes=2_000_000) as service:
        yield service


@pytest.fixture(scope="module")
def worker(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with working(server, tmp_path_factory.mktemp("worker") / "log"):
        yield


@pytest.fixture(scope="module")
def idle_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def idle_service(idle_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    media = tmp_path_factory.mktemp("idle")
    with running(media, redis_url=idle_server.url, max_upload_bytes=2_000_000, tasks=4) as service:
        yield service


@pytest.fixture
def idle(idle_server: RedisServer, idle_service: Service) -> Service:
    """No worker takes anything, and nothing waits."""
    with redis.Redis.from_url(idle_server.url) as client:
        client.flushall()
    return idle_service


def invoice(number: str, total: str = "99.00", date: str = "14 March 2024") -> bytes:
    return printed.pdf(
        [printed.lines("ACME Paper Ltd", f"Invoice No. {number}", f"Invoice date: {date}", f"Total EUR {total}")]
    )


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def upload(service: Service, *files: tuple[str, bytes], headers: dict[str, str] | None = None, **query: str) -> Any:
    parts = [("files", (name, data)) for name, data in files]
    return service.http.post("/upload/", files=parts, params=query, headers=service.headers() | (headers or {}))


def ordered(service: Service, *files: tuple[str, bytes]) -> str:
    answer = upload(service, *files, languages="eng")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def ask(service: Service, door: str, task: str, **claims: Any) -> Any:
    return service.http.get(f"/{door}/{task}", headers=service.headers(**claims))


def finished(service: Service, task: str) -> JSON:
    until(lambda: ask(service, "status", task).json()["finished_at"] is not None)
    return dict(ask(service, "status", task).json())


def test_from_upload_to_download(service: Service, worker: None) -> None:
    answer = upload(service, ("a.pdf", invoice("A-1")), ("b.pdf", invoice("A-2", "11.00")), languages="eng")
    assert answer.status_code == 202
    task = answer.json()["task_id"]
    assert answer.json() == {"task_id": task, "files": 2}
    assert answer.headers["Location"] == f"/status/{task}"
    status = finished(service, task)
    assert (status["task_id"], status["status"]) == (task, "completed")
    assert status["progress"] == {"done": 2, "total": 2, "percent": 100, "stage": "finished"}
    assert status["created_at"] <= status["started_at"] <= status["finished_at"]
    found = ask(service, "download", task).json()
    assert found["task_id"] == task
    assert [each["file"] for each in found["invoices"]] == ["a.pdf", "b.pdf"]
    number = found["invoices"][1]["fields"]["invoice_number"]
    assert set(number) == {"value", "raw", "confidence", "page", "box"}
    assert (number["value"], number["page"], len(number["box"])) == ("A-2", 1, 4)
    assert "ACME Paper Ltd" in found["invoices"][0]["text"]
    assert found["invoices"][0]["line_items"] == []


def test_one_bad_file_does_not_take_the_others_along(service: Service, worker: None) -> None:
    letter = printed.pdf([printed.lines("Dear Ada,", "yours, Charles")])
    task = ordered(service, ("a.pdf", invoice("A-1")), ("cat.png", b"no image"), ("letter.pdf", letter))
    assert finished(service, task)["status"] == "completed"
    facts = ask(service, "check-task", task).json()
    assert [(each["name"], each["state"]) for each in facts["files"]] == [
        ("a.pdf", "done"),
        ("cat.png", "failed"),
        ("letter.pdf", "failed"),
    ]
    assert [each["error"] and each["error"]["code"] for each in facts["files"]] == [
        None,
        "not_an_image",
        "not_an_invoice",
    ]
    assert all(each["attempts"] == 1 and each["seconds"] >= 0 for each in facts["files"])
    assert facts["timings"]["worked"] > 0
    assert facts["timings"]["waited"] >= 0
    assert facts["timings"]["per_file"] > 0
    assert facts["status"] == "completed"
    assert len(ask(service, "download", task).json()["invoices"]) == 1


def test_nothing_but_bad_files(service: Service, worker: None) -> None:
    task = ordered(service, ("cat.png", b"no image"))
    assert finished(service, task)["status"] == "failed"
    assert ask(service, "download", task).json()["invoices"] == []


def test_an_archive_is_taken_apart(service: Service, worker: None) -> None:
    members = {"b.pdf": invoice("A-2"), "folder/a.pdf": invoice("A-1"), "__MACOSX/x.pdf": b"", "c.pdf": b"x"}
    answer = upload(service, ("all.zip", archive(members)), ("z.pdf", invoice("A-3")), languages="eng")
    assert answer.json()["files"] == 4
    task = answer.json()["task_id"]
    finished(service, task)
    files = ask(service, "check-task", task).json()["files"]
    assert [(each["name"], each["state"]) for each in files] == [
        ("b.pdf", "done"),
        ("c.pdf", "failed"),
        ("folder/a.pdf", "done"),
        ("z.pdf", "done"),
    ]


def test_validation_and_anomalies(service: Service, worker: None) -> None:
    bad = printed.pdf([printed.lines("ACME Paper Ltd", "Invoice No. A-1", "Invoice date: 14 March 2024")])
    task = ordered(service, ("a.pdf", invoice("A-1")), ("twin.pdf", invoice("A-1")), ("bad.pdf", bad))
    finished(service, task)
    checked = ask(service, "validation", task).json()
    assert [each["file"] for each in checked["invoices"]] == ["a.pdf", "twin.pdf", "bad.pdf"]
    last = checked["invoices"][2]
    assert last["valid"] is False
    assert {"code", "field", "message", "severity"} == set(last["issues"][0])
    assert "total" in {issue["field"] for issue in last["issues"]}
    assert checked["summary"]["invoices"] == 3
    anomalies = ask(service, "anomalies", task).json()["anomalies"]
    assert {"code", "files", "message", "score", "severity", "evidence"} <= set(anomalies[0])
    assert {"a.pdf", "twin.pdf"} <= {name for each in anomalies for name in each["files"]}


def test_a_task_is_its_owners(idle: Service) -> None:
    task = ordered(idle, ("a.pdf", invoice("A-1")))
    for door in ("status", "download", "validation", "anomalies", "check-task"):
        assert ask(idle, door, task, **STRANGER).status_code == 404
        assert ask(idle, door, "unknown").status_code == 404
        assert idle.http.get(f"/{door}/{task}").status_code == 401
    assert idle.http.post(f"/cancel/{task}", headers=idle.headers(**STRANGER)).status_code == 404
    assert ask(idle, "status", task).json()["status"] == "queued"


def test_before_anything_is_done(idle: Service) -> None:
    task = ordered(idle, ("a.pdf", invoice("A-1")))
    status = ask(idle, "status", task).json()
    assert status["progress"] == {"done": 0, "total": 1, "percent": 0, "stage": "waiting"}
    assert (status["started_at"], status["finished_at"]) == (None, None)
    assert ask(idle, "download", task).json()["invoices"] == []
    assert ask(idle, "check-task", task).json()["files"][0] == {
        "name": "a.pdf",
        "state": "queued",
        "attempts": 0,
        "seconds": None,
        "error": None,
    }


def test_a_task_that_reads_texts_is_no_task_of_invoices(idle: Service) -> None:
    body = {"image_data": "aGVsbG8="}
    task = idle.http.post("/image", json=body, headers=idle.headers()).json()["task_id"]
    assert ask(idle, "status", task).status_code == 404


def test_a_sweep_in_the_middle_of_a_cancel_loses_nothing(idle: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees that a task was cancelled drops its work."""
    tasks = idle.app.state.tasks
    decide = tasks.decide

    def decide_and_sweep(*facts: Any) -> bool:
        decided: bool = decide(*facts)
        sweep(tasks)
        return decided

    monkeypatch.setattr(tasks, "decide", decide_and_sweep)
    task = ordered(idle, ("bomb.zip", bomb()))
    before = ask(idle, "check-task", task).json()["files"]
    idle.http.post(f"/cancel/{task}", headers=idle.headers())
    after = ask(idle, "check-task", task).json()["files"]
    assert [each["error"] and each["error"]["code"] for each in after] == ["too_many_bytes", None, "too_many_bytes"]
    assert after[0] == before[0]


def test_cancel_keeps_what_is_done(idle: Service, idle_server: RedisServer, tmp_path: Any) -> None:
    task = ordered(idle, ("a.pdf", invoice("A-1")), *[(f"{n}.png", blank(2000, 2000)) for n in range(30)])
    with working(idle_server, tmp_path / "log"):
        until(lambda: ask(idle, "status", task).json()["progress"]["done"] >= 1)
        answer = idle.http.post(f"/cancel/{task}", headers=idle.headers())
        assert answer.json() == {"status": "cancelled"}
        files = ask(idle, "check-task", task).json()["files"]
    assert files[0]["state"] == "done"
    assert files[-1]["state"] == "cancelled"
    found = ask(idle, "download", task).json()["invoices"]
    assert [each["file"] for each in found] == ["a.pdf"]
    assert ask(idle, "status", task).json()["finished_at"] is not None
    again = idle.http.post(f"/cancel/{task}", headers=idle.headers())
    assert again.json() == {"status": "cancelled"}


def test_the_queue_is_bounded(idle: Service) -> None:
    for _ in range(4):
        ordered(idle, ("a.pdf", invoice("A-1")))
    answer = upload(idle, ("a.pdf", invoice("A-1")))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["code"] == "queue_full"


def test_the_same_upload_again_is_the_same_task(idle: Service) -> None:
    key = {"Idempotency-Key": "k1"}
    first, again = (upload(idle, ("a.pdf", invoice("A-1")), headers=key).json() for _ in range(2))
    assert first == again
    other = upload(idle, ("a.pdf", invoice("A-2")), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def bomb() -> bytes:
    """Three members of 3 MB each, which pack into nothing."""
    return archive({"a": bytes(3_000_000), "b": bytes(1_000), "c": bytes(3_000_000)})


def broken() -> bytes:
    return archive({"a": invoice("A-1")})[:-10]


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ([("all.zip", broken())], 422, "unusable_image"),
        ([("big.pdf", bytes(3_000_000))], 413, "too_many_bytes"),
    ],
)
def test_refused_at_the_door(idle: Service, files: Any, status: int, code: str) -> None:
    answer = upload(idle, *files)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_no_files(idle: Service) -> None:
    answer = idle.http.post("/upload/", files={"other": b"x"}, headers=idle.headers())
    assert (answer.status_code, answer.json()["code"]) == (422, "missing_file")
    assert idle.http.post("/upload/", json={}, headers=idle.headers()).status_code == 422
    assert upload(idle, ("a.pdf", b"x"), languages="").status_code == 422


def test_members_that_are_too_large_are_told(idle: Service) -> None:
    task = ordered(idle, ("bomb.zip", bomb()))
    files = ask(idle, "check-task", task).json()["files"]
    assert [each["error"] and each["error"]["code"] for each in files] == ["too_many_bytes", None, "too_many_bytes"]


def test_names_are_only_names(idle: Service) -> None:
    packed = archive({"../../etc/passwd": b"x", "C:\\a\n.pdf": b"y"})
    task = ordered(idle, ("../../x.pdf", b"x"), ("all.zip", packed))
    names = [each["name"] for each in ask(idle, "check-task", task).json()["files"]]
    assert names == ["x.pdf", "etc/passwd", "C:/a_.pdf"]


def test_health(service: Service, worker: None) -> None:
    """What does not answer at once is left open, and is there at the next look."""
    facts = until(lambda: service.http.get("/health").json(), lambda now: now["workers_alive"] and now["engines"])
    assert (facts["status"], facts["service"]) == ("ok", "recto-engine")
    assert "tesseract" in facts["engines"]
    assert {"eng", "heb"} <= set(facts["languages"])
    assert facts["queue_depth"] == 0


def test_health_without_redis(tmp_path: Any) -> None:
    with running(tmp_path, redis_url="redis://127.0.0.1:9/0") as service:
        answer = service.http.get("/health")
        assert answer.status_code == 200
        assert (answer.json()["queue_depth"], answer.json()["workers_alive"]) == (None, None)


def test_no_door_leads_through_the_public_prefix(service: Service) -> None:
    """nginx turns /api/fastapi/… into /api/…: there is none of them."""
    schema = json.dumps(service.http.get("/api/openapi.json").json())
    for door in ("upload/", "status/x", "download/x", "validation/x", "anomalies/x", "check-task/x", "cancel/x"):
        for method in ("GET", "POST"):
            assert service.http.request(method, f"/api/{door}", headers=service.headers()).status_code == 404
        assert f'"/{door.partition("/")[0]}' not in schema
