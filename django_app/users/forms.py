from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import BaseUserCreationForm, PasswordChangeForm, UsernameField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_("The six figures in your app now, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "dir": "ltr", "spellcheck": "false"}
        ),
    )


def is_password(request: HttpRequest, password: str) -> bool:
    """Whether who is signed in knows their password; a wrong one counts as a failed log-in."""
    return authenticate(request, username=request.user.get_username(), password=password) is not None


class ProofForm(CodeForm):
    """Password and code, before a second factor is changed: an open browser alone must not be enough."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "code")

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        del self.fields["code"].widget.attrs["autofocus"]

    def clean_password(self) -> str:
        if not is_password(self.request, password := self.cleaned_data["password"]):
            raise forms.ValidationError(_("This is not your password."))
        return str(password)


class FirstProofForm(ProofForm):
    """There are no recovery codes yet."""

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(request, *args, **options)
        self.fields["code"].help_text = _("The six figures in your app now.")


class NewPasswordForm(PasswordChangeForm):
    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request

    def clean_old_password(self) -> str:
        if not is_password(self.request, password := self.cleaned_data["old_password"]):
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return str(password)
