"""Bearer tokens at Django's own API."""

from typing import Any

from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from django_app.users.tokens import AccessToken
from telemetry import logs


class BearerAuthentication(JWTAuthentication):
    """A token that names a file is a capability for the engine and opens nothing here."""

    def get_user(self, validated_token: Any) -> Any:
        user = super().get_user(validated_token)
        logs.note(user=user.pk)
        return user

    def get_validated_token(self, raw_token: bytes) -> Any:
        try:
            token = AccessToken(raw_token)  # type: ignore[arg-type]
        except TokenError as error:
            raise InvalidToken(error.args[0]) from error
        if "file" in token:
            raise InvalidToken("This token is for one file in the image service.")
        return token
