"""Whose request it is: the address that nginx saw."""

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The last of X-Forwarded-For, which nginx wrote; without nginx whoever connected."""
    said: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return said.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
