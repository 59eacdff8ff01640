"""The bucket of the media as its settings say, all of them or none. Everything here runs while the settings load."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

from django_app.config.secrets import secret

REGION = "us-east-1"  # what services without regions expect in a signature


def options(given: Mapping[str, str]) -> dict[str, str | None] | None:
    """Those of the storage; None without a bucket. `given`: what stands in the environment, by variable."""
    given = {name: value for name, value in given.items() if value}
    if not given:
        return None
    needed = {name: needed_value(given, name) for name in ("RECTO_S3_ACCESS_KEY", "RECTO_S3_SECRET_KEY")}
    if "RECTO_S3_BUCKET" not in given:
        raise ImproperlyConfigured(f"RECTO_S3_BUCKET must be set when {min(given)} is.")
    endpoint = given.get("RECTO_S3_ENDPOINT")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise ImproperlyConfigured("RECTO_S3_ENDPOINT must begin with http:// or https://.")
    return {
        "bucket_name": given["RECTO_S3_BUCKET"],
        "endpoint_url": endpoint,
        "region_name": given.get("RECTO_S3_REGION", REGION),
        "access_key": needed["RECTO_S3_ACCESS_KEY"],
        "secret_key": needed["RECTO_S3_SECRET_KEY"],
        "security_token": None,  # nothing of an account that the machine has for something else
        "session_profile": None,
    }


def needed_value(given: Mapping[str, str], name: str) -> str:
    """A key, from the environment or from the file that it names."""
    value = secret(given, name)
    if not value:
        raise ImproperlyConfigured(f"{name} or {name}_FILE must be set for the bucket.")
    return value
