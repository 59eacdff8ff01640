"""docker-compose.yml: every container is hardened, and knows no more than it needs."""

import re
from typing import Any

import pytest
import yaml

from launcher.places import ROOT
from tests.docs.test_readme import TABLE, read_by_django, read_by_fastapi

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
ENGINE = {"fastapi", "tasks"}
FIXED = ("RECTO_DEBUG", "RECTO_MEDIA_ROOT", "RECTO_STATIC_ROOT")  # by the images, or not for production


def volumes(name: str) -> set[str]:
    """By name; what can be set otherwise has its default's."""
    said = (re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", volume) for volume in SERVICES[name].get("volumes", []))
    return {volume.split(":")[0] for volume in said}


def test_the_services() -> None:
    assert {"nginx", "web", "fastapi", "worker", "redis", "db", "migrate", "flower", "prometheus"} <= set(SERVICES)
    assert sorted(ONCE) == ["migrate", "nginx-configuration", "secrets"]
    assert [name for name, service in SERVICES.items() if "ports" in service and "profiles" not in service] == ["nginx"]


@pytest.mark.parametrize("name", SERVICES)
def test_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "devices", "pid"} & set(service)
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    for source in volumes(name):
        assert source in COMPOSE["volumes"] or (ROOT / source).is_dir()
    if name not in ONCE:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"secrets"}))
def test_waits_for_what_it_needs(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        once = {"condition": "service_completed_successfully"}
        assert how == (once if needed in ONCE else {"condition": "service_healthy"})


def test_secrets_stay_where_they_are_needed() -> None:
    def have(volume: str) -> set[str]:
        return {name for name in SERVICES if volume in volumes(name)} - {"secrets"}

    assert have("web-secrets") == {"web"}
    assert have("database-secrets") == {"web", "worker", "quick", "migrate", "db"}
    for name in ENGINE:
        known = set(SERVICES[name]["environment"])
        assert not known & {"RECTO_DATABASE_URL_FILE", "RECTO_SECRET_KEY_FILE", "RECTO_JWT_PRIVATE_KEY_FILE"}
        assert "data" not in SERVICES[name]["networks"]
    assert "media:/media:ro" in SERVICES["fastapi"]["volumes"]
    assert "media:/media:ro" in SERVICES["nginx"]["volumes"]


def test_only_settings_that_exist_and_all_of_them() -> None:
    for name, service in SERVICES.items():
        assert {key for key in service.get("environment", {}) if key.startswith("RECTO_")} <= TABLE, name
    for name, read in (("web", read_by_django()), ("fastapi", read_by_fastapi())):
        given = {*SERVICES[name]["environment"], *SERVICES["migrate"]["environment"], *FIXED}
        assert {setting for setting in read if setting not in given and f"{setting}_FILE" not in given} == set(), name
    example = set(re.findall(r"^#? ?(RECTO_[A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example <= TABLE


def test_everything_that_the_images_copy_is_sent_to_docker() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for file in ("Dockerfile.django", "Dockerfile.fastapi"):
        copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / file).read_text(), re.MULTILINE)
        for source in " ".join(copied).split():
            assert source.split("/")[0] in sent
            assert (ROOT / source).exists()


IMPORTED = re.compile(r"^ *(?:from|import) (\w+)", re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "target"), [("django", "web"), ("django", "flower"), ("fastapi", "fastapi"), ("fastapi", "worker")]
)
def test_every_package_that_is_imported_is_in_the_image(file: str, target: str) -> None:
    stage = re.search(
        rf"^FROM \w+ AS {target}$(.*?)(?=^FROM|\Z)", (ROOT / f"Dockerfile.{file}").read_text(), re.M | re.S
    )
    assert stage
    copied = set(re.findall(r"^COPY (\w+) \1$", stage[1], re.MULTILINE))
    for package in copied - {"launcher", "nginx"}:
        sources = "".join(path.read_text() for path in (ROOT / package).rglob("*.py"))
        first_party = {name for name in IMPORTED.findall(sources) if (ROOT / name / "__init__.py").exists()}
        engine_in_the_task = {"fastapi_app"} if package == "django_app" and target != "worker" else set()
        assert first_party - engine_in_the_task <= copied, package


def test_django_has_no_pixels() -> None:
    said = (ROOT / "Dockerfile.django").read_text()
    assert "launcher.lock engine" not in said
    assert "apt-get" not in said
