"""What dashboard and alerts ask for is what the programs tell, and each alert has its row in docs/operations.md."""

import json
import re

import pytest
import yaml
from prometheus_client import REGISTRY

from launcher.places import ROOT

MONITORING = ROOT / "monitoring"
NAME = re.compile(r"\brecto_[a-z_]+\b")
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
ALERTS = {
    rule["alert"]: rule["expr"]
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
}
ASKED = [*ALERTS.values(), *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])]


@pytest.fixture(scope="module")
def told() -> set[str]:
    """Every name of the counted metrics, and of those that are found out by the sources."""
    from django_app.jobs import metrics as _
    from fastapi_app import measures as _  # noqa: F401, F811

    counted = {name for family in REGISTRY.collect() for name in names(family.name, family.type)}
    sources = ("telemetry/metrics.py", "django_app/status/metrics.py", "fastapi_app/surroundings.py")
    found_out = {name for source in sources for name in NAME.findall((ROOT / source).read_text())}
    return counted | found_out


def names(name: str, kind: str) -> list[str]:
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return [f"{name}{end}" for end in ends.get(kind, ("",))]


def test_whatever_is_asked_for_is_told(told: set[str]) -> None:
    asked = {name for expression in ASKED for name in NAME.findall(expression)}
    assert len(asked) > 15
    assert asked - told == set()


def test_every_alert_has_its_row() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert rows == set(ALERTS)


def test_the_scraped_programs_are_composes() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    scraped = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    found = {name: sd["port"] for job in scraped for sd in job["dns_sd_configs"] for name in sd["names"]}
    assert found == {"web": 8000, "fastapi": 8001, "worker": 9100, "quick": 9100, "tasks": 9100}
    assert found.keys() <= services.keys()
    for name in ("worker", "quick", "tasks"):
        assert services[name]["environment"]["RECTO_WORKER_METRICS_PORT"] == "9100"
