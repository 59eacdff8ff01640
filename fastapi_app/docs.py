"""Swagger at /api/docs, under a Content-Security-Policy that allows nothing inline and nothing foreign.

All addresses are relative, so that the page also works behind nginx at /api/fastapi/docs.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from fastapi_app.services import ENGINE_VERSION

HERE = Path(__file__).parent / "static"
SWAGGER = Path("static/drf_spectacular_sidecar/swagger-ui-dist")
POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

DESCRIPTION = """Cleans page images and reads their text. Beside what stands here there are sockets:
`WS /ws/process` runs a recipe live, `WS /ws/{user_id}` tells what happens to a person's jobs and tasks,
`WS /ws/watch-task?task_id=` shows a task until its result. The README has examples.
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Recto engine · API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<script src="docs/assets/swagger-ui-bundle.js" defer></script>
<script src="docs/start/docs.js" defer></script>
</head>
<body><main id="swagger"></main></body>
</html>
"""


def install(app: FastAPI) -> None:
    """The page, its assets, and the schema that it shows."""
    app.add_api_route("/api/docs", _page, include_in_schema=False)
    app.add_api_route("/api/openapi.json", lambda: _schema(app), include_in_schema=False)
    app.mount("/api/docs/assets", StaticFiles(directory=_swagger()), name="docs-assets")
    app.mount("/api/docs/start", StaticFiles(directory=HERE), name="docs-start")


def _page() -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"})


def _swagger() -> Path:
    """Swagger's files from the installed package, found without importing it (its code wants Django)."""
    spec = find_spec("drf_spectacular_sidecar")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package drf-spectacular-sidecar is missing; install requirements.txt.")
    return Path(spec.origin).parent / SWAGGER


def _schema(app: FastAPI) -> dict[str, Any]:
    """OpenAPI with paths relative to /api, which nginx serves as /api/fastapi."""
    schema = get_openapi(
        title="Recto engine",
        version=ENGINE_VERSION,
        description=DESCRIPTION,
        routes=app.routes,
    )
    schema["servers"] = [{"url": "."}]
    schema["paths"] = {path.removeprefix("/api"): item for path, item in schema["paths"].items()}
    schema.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{"token": []}]
    return schema
