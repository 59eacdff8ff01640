from typing import Any

from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm, UsernameField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from django_app.users import attempts
from django_app.users.models import User


class SignUpForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("username",)
        field_classes = {"username": UsernameField}

    def clean_username(self) -> str:
        """Two accounts that differ only in case would be taken for one another."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            self.add_error("username", User._meta.get_field("username").error_messages["unique"])
        return username


class LoginForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username", "")
        if attempts.exhausted(username):
            raise ValidationError(_("Too many tries. Wait a minute, then try again."), code="too_many_requests")
        try:
            return super().clean()
        except ValidationError:
            attempts.failed(username)
            raise
