"""/metrics of the service: requests by their route, steps, refusals, what is going on."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.api.service import Service, decoded


def numbers(service: Service) -> dict[tuple[str, ...], float]:
    """By name and the values of labels."""
    answer = service.http.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_it_works(service: Service, page: bytes) -> None:
    before = numbers(service)
    assert decoded(service.post("/api/images/deskew", page).content) is not None
    after = numbers(service)

    def more(*name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more("recto_requests_total", "POST", "/api/images/deskew", "fastapi", "200") == 1
    assert more("recto_request_seconds_count", "POST", "/api/images/deskew", "fastapi") == 1
    assert more("recto_step_seconds_count", "deskew") == 1
    assert more("recto_step_seconds_count", "decode") == 1
    assert more("recto_step_seconds_sum", "deskew") > 0
    assert more("recto_work_seconds_count", "done", "process") == 1
    assert after["recto_run_slots",] == 2
    assert after["recto_resident_bytes", "children", "fastapi"] > 10_000_000


def test_reading_is_a_step(service: Service, page: bytes) -> None:
    before = numbers(service).get(("recto_step_seconds_count", "read"), 0)
    assert service.post("/api/ocr", page, engine="tesseract").status_code == 200
    assert numbers(service)["recto_step_seconds_count", "read"] == before + 1


def test_refusals_by_their_code(service: Service) -> None:
    before = numbers(service).get(("recto_refusals_total", "not_an_image"), 0)
    refused = service.post("/api/images/deskew", b"no image at all")
    assert numbers(service)["recto_refusals_total", refused.json()["code"]] == before + 1


def test_sockets_and_unknown_addresses(service: Service) -> None:
    with service.socket() as socket:
        socket.send("{}")
        socket.recv()
        assert numbers(service)["recto_sockets", "live"] == 1
    httpx.get(f"{service.url}/nowhere/4711")
    routes = {name[2] for name in numbers(service) if name[0] == "recto_requests_total"}
    assert {"none", "/ws/process"} <= routes
    assert not any("4711" in route for route in routes)
