"""Every refusal is a problem+json with its code, and says nothing of the inside."""

import re
import struct
import zlib
from pathlib import Path

import httpx
import pytest

from tests.api.service import ORIGIN, Service, blank, running, text_page


def check_problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    problem: dict[str, object] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.keys() >= {"type", "title", "status", "detail", "code", "request_id"}
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert not re.search(r"/tmp|/home|/work|Traceback|\.py", answer.text)
    return problem


def huge_png(width: int, height: int) -> bytes:
    """A valid header and next to no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b""
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        body += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + body


def test_not_found_path(service: Service) -> None:
    check_problem(service.http.get("/api/nothing"), 404, "not_found")


def test_method(service: Service) -> None:
    check_problem(service.http.put("/api/images/binarize"), 405, "method_not_allowed")


def test_no_file(service: Service) -> None:
    check_problem(service.post("/api/images/binarize"), 422, "missing_file")


def test_form_without_file(service: Service) -> None:
    files = {"other": ("a.png", text_page(40, 40))}
    answer = service.http.post("/api/images/binarize", files=files, headers=service.headers())
    check_problem(answer, 422, "missing_file")


def test_broken_multipart(service: Service) -> None:
    headers = service.headers() | {"Content-Type": "multipart/form-data"}
    check_problem(service.http.post("/api/images/binarize", content=b"x", headers=headers), 422, "bad_message")


def test_form_with_more_than_the_image(service: Service) -> None:
    fields = {"note": "x" * 300_000, "": "nameless"}
    files = {"image": ("stra\u00dfe.png", text_page(60, 40))}
    answer = service.http.post("/api/images/binarize", data=fields, files=files, headers=service.headers())
    assert answer.status_code == 200
    assert "stra%C3%9Fe.png" in answer.headers["content-disposition"]


@pytest.mark.parametrize("data", [b"", b"GIF89a nothing", b"<svg onload='alert(1)'/>", b"hello" * 100])
def test_not_an_image(service: Service, data: bytes) -> None:
    check_problem(service.post("/api/images/binarize", data), 415, "not_an_image")


def test_truncated_image(service: Service, page: bytes) -> None:
    check_problem(service.post("/api/images/binarize", page[: len(page) // 3]), 422, "unusable_image")


def test_too_many_pixels(service: Service) -> None:
    check_problem(service.post("/api/images/binarize", huge_png(60_000, 60_000)), 413, "image_too_large")


def test_too_many_bytes(media: Path) -> None:
    with running(media, max_upload_bytes=100_000) as service:
        check_problem(service.post("/api/images/binarize", bytes(300_000)), 413, "too_many_bytes")
        check_problem(service.post("/api/images/binarize", bytes(100_001)), 413, "too_many_bytes")


def test_too_many_bytes_are_not_waited_for(media: Path) -> None:
    """A body of unknown length is cut off at the limit, not stored."""

    def endless():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(10_000):
            yield bytes(65_536)

    with running(media, max_upload_bytes=1_000_000) as service:
        headers = service.headers() | {"Content-Type": "multipart/form-data; boundary=b"}
        try:
            answer = service.http.post("/api/images/binarize", content=endless(), headers=headers)
        except (httpx.WriteError, httpx.RemoteProtocolError):
            return  # the service closed while we were still sending
        check_problem(answer, 413, "too_many_bytes")
        assert not list(service.app.state.workers.folder.glob("tmp*"))


@pytest.mark.parametrize(
    "key", ["gone.png", "", "../secret.png", "/etc/passwd", "a/../../secret.png", "link.png", "a\0b"]
)
def test_file_of_the_token_is_not_there(media: Path, page: bytes, key: str) -> None:
    (media / "secret.png").write_bytes(page)
    inside = media / "media"
    inside.mkdir()
    (inside / "link.png").symlink_to(media / "secret.png")
    with running(inside) as service:
        answer = service.http.post("/api/images/binarize", headers=service.headers(file=key))
        check_problem(answer, 404, "not_found")


def test_timed_out(media: Path, slow_page: bytes) -> None:
    with running(media, run_seconds=0.5) as service:
        answer = service.post("/api/images/denoise", slow_page, method="nlmeans")
        check_problem(answer, 422, "timed_out")
        ours = service.app.state.workers
        ours._settings = ours._settings.model_copy(update={"run_seconds": 60})
        assert service.post("/api/images/binarize", text_page(60, 40), method="edges").status_code == 200


def test_out_of_memory_is_the_images_fault(media: Path) -> None:
    with running(media, child_memory_bytes=640 * 2**20) as service:
        check_problem(service.post("/api/images/auto-process", blank(10_000, 10_000)), 422, "unusable_image")
        assert service.post("/api/images/binarize", text_page(60, 40), method="edges").status_code == 200


def test_unforeseen_error_says_nothing(media: Path) -> None:
    """The engine's server is gone altogether: the default 500, with its id."""
    with running(media) as service:
        workers, service.app.state.workers = service.app.state.workers, None
        answer = service.post("/api/images/binarize", text_page(60, 40))
        service.app.state.workers = workers
        check_problem(answer, 500, "internal_error")


def test_request_id_is_kept(service: Service) -> None:
    answer = service.http.get("/healthz", headers={"X-Request-ID": "abc-123"})
    assert answer.headers["x-request-id"] == "abc-123"


@pytest.mark.parametrize("sent", ["a b", "x" * 65, "{}", ""])
def test_request_id_that_could_do_harm(service: Service, sent: str) -> None:
    answer = service.http.get("/healthz", headers={"X-Request-ID": sent})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_other_origin_may_read_the_answer(service: Service, page: bytes) -> None:
    headers = service.headers() | {"Origin": ORIGIN}
    answer = service.http.post("/api/images/deskew", files={"file": page}, headers=headers)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "X-Skew-Angle" in answer.headers["access-control-expose-headers"]
    refused = service.http.post("/api/images/deskew", headers={"Origin": ORIGIN})
    assert refused.headers["access-control-allow-origin"] == ORIGIN


def test_preflight(service: Service) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = service.http.options("/api/images/deskew", headers=asked | {"Origin": ORIGIN})
    foreign = service.http.options("/api/images/deskew", headers=asked | {"Origin": "https://evil.example"})
    assert allowed.status_code == 200
    assert "access-control-allow-origin" not in foreign.headers
    assert check_problem(foreign, 400, "bad_origin")["detail"] == "Disallowed CORS origin."
