import re

from django.contrib.staticfiles import finders
from django.test import Client

POLICY = "default-src 'self'"


def test_schema(client: Client, db: None) -> None:
    answer = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert {"/api/projects/", "/api/documents/{id}/pages/", "/api/jobs/{job_id}/", "/api/token/"} <= paths.keys()


def test_docs_live_under_the_policy(client: Client, db: None) -> None:
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert answer["Content-Security-Policy"].startswith(POLICY)
    assert not re.search(r"<script(?![^>]*src=)", page)
    sources = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert source.startswith("/")
        if source.startswith("/static/"):
            assert finders.find(source.removeprefix("/static/"))
