"""Every address of FastAPI, with what is answered to seven tokens. Who may see a page, Django has decided before:
the token is the answer, and here it is seen what each opens.

`own`: of the user who began the task that is asked for. `file`: the same user's, and names a page. `elsewhere`: names
a file outside of the media folder. `stranger`: of somebody else. `nobody`: none. `expired`, `foreign` (for another
service): do not count.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.api.ordering import b64
from tests.api.service import text_page

WHO = ("own", "file", "elsewhere", "stranger", "nobody", "expired", "foreign")
PAGE = text_page(200, 150)
LAYOUT = {"width": 200, "height": 150, "languages": ["eng"], "engine": "tesseract 5", "confidence": 0.9, "regions": []}


@dataclass(frozen=True)
class Row:
    """`statuses` in the order of WHO; of a WebSocket the codes that it is closed with, 0 if it stays open.
    `sends`: keywords of httpx's request."""

    method: str
    route: str
    statuses: str
    sends: Callable[[str], dict[str, Any]] = lambda _task: {}

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def expected(self) -> dict[str, int]:
        return dict(zip(WHO, map(int, self.statuses.split()), strict=True))


def by_id(task: str) -> dict[str, Any]:
    return {"params": {"task_id": task}}


def images(_task: str) -> dict[str, Any]:
    return {"json": {"image_data": [b64(b"no image")]}}


def files(_task: str) -> dict[str, Any]:
    return {"files": {"files": ("page.png", PAGE)}}


def reading(_task: str) -> dict[str, Any]:
    return {"params": {"engine": "tesseract", "clean": "false"}}


def layout(_task: str) -> dict[str, Any]:
    return {"json": LAYOUT, "params": {"format": "hocr"}}


# No image is sent: only a token that names a file has one.
OF_A_FILE = "422 200 404 422 401 401 401"
OF_ANYBODY = "200 200 200 200 401 401 401"
OPEN = "200 200 200 200 200 200 200"
ORDERED = "202 202 202 202 401 401 401"
OF_ITS_OWNER = "200 200 200 404 401 401 401"
WATCHED = "0 0 0 4404 4401 4401 4401"

TABLE = (
    #                                       own file elsewhere stranger nobody expired foreign
    *(Row("POST", f"/api/images/{name}", OF_A_FILE) for name in ("binarize", "denoise", "deskew", "enhance")),
    Row("POST", "/api/images/auto-process", OF_A_FILE),
    Row("GET", "/api/images/info", OF_ANYBODY),
    *(Row("POST", path, OF_A_FILE, reading) for path in ("/", "/api/ocr")),
    *(Row("POST", path, OF_A_FILE) for path in ("/img-echo/", "/api/img-echo/")),
    *(Row("POST", f"/api/renditions/{name}", OF_A_FILE) for name in ("inspect", "thumbnail", "tiles")),
    Row("POST", "/api/renditions/text", OF_A_FILE, layout),
    *(Row("POST", path, OF_ANYBODY, images) for path in ("/image-sync", "/api/image-sync")),
    *(Row("POST", path, ORDERED, images) for path in ("/image", "/api/image")),
    *(Row(method, path, OF_ITS_OWNER, by_id) for method in ("GET", "DELETE") for path in ("/image", "/api/image")),
    Row("POST", "/upload/", ORDERED, files),
    *(
        Row("GET", f"/{name}/{{task_id}}", OF_ITS_OWNER)
        for name in ("status", "download", "validation", "anomalies", "check-task")
    ),
    Row("POST", "/cancel/{task_id}", OF_ITS_OWNER),
    *(
        Row("GET", path, OPEN)
        for path in ("/healthz", "/api/images/health", "/health", "/metrics", "/ping", "/version", "/readyz")
    ),
    Row("GET", "/api/docs", OPEN),
    Row("GET", "/api/openapi.json", OPEN),
    Row("WS", "/ws/process", "0 0 0 0 4401 4401 4401"),
    Row("WS", "/ws/{user_id}", "0 0 0 4403 4401 4401 4401"),
    *(Row("WS", path, WATCHED) for path in ("/ws/watch-task", "/watch-task")),
)
