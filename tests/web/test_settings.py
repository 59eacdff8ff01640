"""Django in processes of their own, as an operator starts it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ImproperlyConfigured

from django_app.config import s3
from django_app.config.secrets import secret
from launcher.environment import clean_environment
from tests.conftest import ROOT

CHECK = ("check", "--deploy", "--fail-level", "WARNING")


@pytest.fixture
def production(signing_key_file: Path) -> dict[str, str]:
    return clean_environment(
        RECTO_ENV="production",
        RECTO_SECRET_KEY="vellum spine quire folio recto verso gathering signature 1455",
        RECTO_ALLOWED_HOSTS="recto.example",
        RECTO_JWT_PRIVATE_KEY_FILE=str(signing_key_file),
        RECTO_PUBLIC_ORIGIN="https://recto.example",
    )


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "django_app.manage", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_it_works(production: dict[str, str]) -> None:
    done = manage(production, *CHECK)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["RECTO_SECRET_KEY", "RECTO_ALLOWED_HOSTS", "RECTO_JWT_PRIVATE_KEY_FILE"])
def test_production_needs_its_secrets(production: dict[str, str], tmp_path: Path, missing: str) -> None:
    given = production | {missing: str(tmp_path / "none") if missing.endswith("FILE") else ""}
    done = manage(given, "check")
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].split(": ", 1)[1].startswith(f"{missing} must ")


def test_who_signs_nothing_needs_no_signing_key(production: dict[str, str]) -> None:
    given = production | {"RECTO_SIGNS": "false", "RECTO_SECRET_KEY": "", "RECTO_JWT_PRIVATE_KEY_FILE": ""}
    script = "from django_app.config.settings import SECRET_KEY; print(len(SECRET_KEY))"
    said = subprocess.check_output([sys.executable, "-c", script], env=given, cwd=ROOT, text=True)
    assert int(said) >= 50  # its own, which nobody else believes


def test_a_secret_in_a_file(tmp_path: Path) -> None:
    (file := tmp_path / "url").write_text("postgres://recto@db/recto\n")
    (empty := tmp_path / "empty").touch()
    assert secret({"DATABASE_FILE": str(file)}, "DATABASE") == "postgres://recto@db/recto"
    assert secret({"DATABASE": "", "DATABASE_FILE": ""}, "DATABASE", "sqlite:///") == "sqlite:///"
    for given, sentence in (
        ({"DATABASE": "x", "DATABASE_FILE": str(file)}, "DATABASE and DATABASE_FILE are both set"),
        ({"DATABASE_FILE": str(tmp_path / "none")}, "DATABASE_FILE must name a readable file"),
        ({"DATABASE_FILE": str(empty)}, "DATABASE_FILE must name a file that is not empty"),
    ):
        with pytest.raises(ImproperlyConfigured, match=sentence):
            secret(given, "DATABASE")


def test_cookies_and_hashes(production: dict[str, str]) -> None:
    said = manage(production, "diffsettings", "--all").stdout
    for name in ("SESSION", "CSRF"):
        assert f"{name}_COOKIE_NAME = '__Host-" in said
        assert f"{name}_COOKIE_SECURE = True" in said
        assert f"{name}_COOKIE_SAMESITE = 'Lax'" in said
    assert "SESSION_COOKIE_HTTPONLY = True" in said
    assert "PASSWORD_HASHERS = ['django.contrib.auth.hashers.PBKDF2PasswordHasher'" in said
    assert PBKDF2PasswordHasher.iterations >= 1_000_000


def test_no_model_lacks_its_migration(production: dict[str, str]) -> None:
    done = manage(production | {"RECTO_DATABASE_URL": "sqlite://:memory:"}, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_the_web_application_loads_no_pixels(production: dict[str, str]) -> None:
    pixels = {"cv2", "numpy", "fastapi", "pytesseract"}
    unwanted = pixels | {"boto3", "botocore", "storages", "sentry_sdk", "opentelemetry.exporter"}
    script = f"import sys, django_app.config.wsgi; print({unwanted} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], env=production, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "set()\n", done.stderr


BUCKET = {"RECTO_S3_BUCKET": "recto", "RECTO_S3_ACCESS_KEY": "quire", "RECTO_S3_SECRET_KEY": "vellum"}


def test_a_bucket(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("vellum\n")
    by_file = BUCKET | {"RECTO_S3_SECRET_KEY": "", "RECTO_S3_SECRET_KEY_FILE": str(file)}
    assert s3.options(by_file) == s3.options(BUCKET)
    assert s3.options(dict.fromkeys(BUCKET, "")) is None
    found = s3.options(BUCKET)
    assert found is not None
    assert (found["bucket_name"], found["access_key"], found["secret_key"]) == ("recto", "quire", "vellum")
    assert (found["endpoint_url"], found["region_name"]) == (None, "us-east-1")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"RECTO_S3_BUCKET": ""}, "RECTO_S3_BUCKET must be set when RECTO_S3_ACCESS_KEY is."),
        ({"RECTO_S3_SECRET_KEY": ""}, "RECTO_S3_SECRET_KEY or RECTO_S3_SECRET_KEY_FILE must be set for the bucket."),
        ({"RECTO_S3_ACCESS_KEY": ""}, "RECTO_S3_ACCESS_KEY or RECTO_S3_ACCESS_KEY_FILE must be set for the bucket."),
        (
            {"RECTO_S3_SECRET_KEY_FILE": "/etc/hostname"},
            "RECTO_S3_SECRET_KEY and RECTO_S3_SECRET_KEY_FILE are both set; one of them must go.",
        ),
        (
            {"RECTO_S3_SECRET_KEY": "", "RECTO_S3_SECRET_KEY_FILE": "/nowhere"},
            "RECTO_S3_SECRET_KEY_FILE must name a readable file.",
        ),
        ({"RECTO_S3_ENDPOINT": "minio:9000"}, "RECTO_S3_ENDPOINT must begin with http:// or https://."),
    ],
)
def test_half_a_bucket_is_refused(changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(sentence)}$"):
        s3.options(BUCKET | changed)


def test_django_says_what_of_the_bucket_is_missing(production: dict[str, str]) -> None:
    done = manage(production | BUCKET | {"RECTO_S3_SECRET_KEY": ""}, "check")
    assert done.returncode != 0
    assert "RECTO_S3_SECRET_KEY or RECTO_S3_SECRET_KEY_FILE must be set" in done.stderr.splitlines()[-1]
    assert "quire" not in done.stderr


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2"),
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
    ],
)
def test_broker(redis: str, broker: str) -> None:
    from django_app.config.celery import broker_url

    assert broker_url(redis) == broker
