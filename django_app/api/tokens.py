"""Signing in for programs, capability tokens for pages, and the session hand-off for FastAPI."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework_simplejwt.exceptions import TokenError

from django_app.pages.models import Page
from django_app.projects import access
from django_app.users import attempts, tokens
from django_app.users.person import person


class ByAccount(SimpleRateThrottle):
    """Many addresses do not get more tries at one account."""

    scope = "token-account"

    def get_rate(self) -> str:
        return str(settings.TOKEN_RATE)

    def get_cache_key(self, request: Request, view: Any) -> str:
        username = str(request.data.get("username", "")) if isinstance(request.data, dict) else ""
        return self.cache_format % {"scope": self.scope, "ident": attempts.name(username)}


class ByAddress(ByAccount):
    """A school behind one address is many people; a machine that guesses is one."""

    scope = "token"

    def get_rate(self) -> str:
        number, _, period = settings.TOKEN_RATE.partition("/")
        return f"{5 * int(number)}/{period}"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


ACCESS = inline_serializer("Access", {"access": serializers.CharField()})
PAIR = inline_serializer("TokenPair", {"access": serializers.CharField(), "refresh": serializers.CharField()})
CAPABILITY = inline_serializer(
    "Capability", {"access": serializers.CharField(), "expires_in": serializers.IntegerField()}
)
SESSION_USER = inline_serializer("SessionUser", {"user_id": serializers.IntegerField()})


class Refused(APIException):
    """401 also where no authentication class stands before the view."""

    status_code = 401
    auth_header = 'Bearer realm="api"'


def valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


@extend_schema(request=CredentialsSerializer, responses=PAIR, auth=[])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@throttle_classes([ByAddress, ByAccount])
def obtain(request: Request) -> Response:
    """A username and password for an access token (five minutes) and a refresh token (a day)."""
    user = authenticate(request._request, **valid(CredentialsSerializer(data=request.data)))
    if user is None:
        raise Refused(_("No active account has this username and password."))
    return Response({"access": str(tokens.access_for(user)), "refresh": str(tokens.RefreshToken.for_user(user))})


@extend_schema(request=RefreshSerializer, responses=ACCESS, auth=[])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def refresh(request: Request) -> Response:
    """A refresh token for a new access token."""
    raw = valid(RefreshSerializer(data=request.data))["refresh"]
    try:
        return Response({"access": str(tokens.refresh(raw))})
    except TokenError:
        raise Refused(_("This refresh token is not valid, or no longer.")) from None


@extend_schema(parameters=[OpenApiParameter("page", int, description="Names this page's file.")], responses=CAPABILITY)
@api_view(["GET"])
def capability(request: Request) -> Response:
    """A token for the image service; with `page`, for that page's current image, or with `version` for that one."""
    version = None
    if "page" in request.query_params:
        pages = Page.objects.select_related("current")
        page = access.find(request.user, pages, pk=request.query_params["page"])
        version = page.current
        if "version" in request.query_params:
            version = access.find(request.user, page.versions.all(), pk=request.query_params["version"])
    token = tokens.access_for(person(request), version)
    return Response({"access": str(token), "expires_in": token.seconds}, headers={"Cache-Control": "no-store"})


@extend_schema(responses=SESSION_USER, auth=[])
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def validate_session(request: Request, handle: str) -> Response:
    """Whose one-minute handle this is. FastAPI asks; nginx lets nobody else."""
    user = tokens.user_of_handle(handle)
    if user is None:
        raise Refused(_("This session handle is not valid, or no longer."))
    return Response({"user_id": user.pk})


@extend_schema(exclude=True)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def jwks(request: Request) -> Response:
    return Response(tokens.jwks(), headers={"Cache-Control": "public, max-age=60"})
