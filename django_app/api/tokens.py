"""Signing in for programs, capability tokens for pages, and the session hand-off for FastAPI."""

from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from django_app.pages.models import Page
from django_app.projects import access
from django_app.users import lockout, second_factor, tokens
from django_app.users.models import User
from django_app.users.person import person


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    otp = serializers.CharField(
        max_length=32, required=False, help_text="The code of an account with a second factor, or a recovery code."
    )


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


class SecondFactorMissing(Refused):
    problem_code = "second_factor_required"


def valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


@extend_schema(request=CredentialsSerializer, responses=PAIR, auth=[])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def obtain(request: Request) -> Response:
    """A username and password for an access token (five minutes) and a refresh token (a day)."""
    credentials = valid(CredentialsSerializer(data=request.data))
    code = credentials.pop("otp", None)
    user: Any = authenticate(request._request, **credentials)
    if user is None:
        raise Refused(_("No active account has this username and password."))
    if second_factor.is_on(user):
        prove(request, user, code)
    lockout.succeeded(request._request, user)
    return Response({"access": str(tokens.access_for(user)), "refresh": str(tokens.RefreshToken.for_user(user))})


def prove(request: Request, user: User, code: str | None) -> None:
    """Raises Refused without the account's second factor."""
    if code is None:
        raise SecondFactorMissing(_("This account has a second factor: send its code as otp."))
    if not second_factor.accepts(user, code):
        lockout.failed(request._request, user)
        raise Refused(_("This code is wrong, or was used before. After a wrong one, wait a little."))


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
@throttle_classes([])
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
@throttle_classes([])
def jwks(request: Request) -> Response:
    return Response(tokens.jwks(), headers={"Cache-Control": "public, max-age=60"})
