"""The page of an account's security: password, second factor, sessions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_app.users import lockout, second_factor
from django_app.users.forms import FirstProofForm, NewPasswordForm, ProofForm
from django_app.users.models import User
from django_app.users.person import person


class ChangePassword(PasswordChangeView):
    """Other sessions end with the old password; this one gets a new key."""

    template_name = "users/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("users:password_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    user = person(request)
    left = second_factor.recovery_codes_left(user) if second_factor.is_on(user) else None
    return render(request, "users/security.html", {"is_on": left is not None, "codes_left": left})


@require_POST
@login_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Everywhere but here."""
    end_others(request, person(request))
    messages.success(request, _("You are logged out everywhere else."))
    return redirect("users:security")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@sensitive_post_parameters()
def turn_on(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if second_factor.is_on(user):
        return redirect("users:security")
    form = FirstProofForm(request, request.POST or None)
    if is_proved(request, form, second_factor.confirm):
        end_others(request, user)
        return show_codes(request, user, _("Two steps are on"))
    device = second_factor.begin(user)
    facts = {"picture": second_factor.picture(device), "secret": second_factor.secret(device)}
    return render(request, "users/second_factor_on.html", {"form": form, **facts})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@sensitive_post_parameters()
def turn_off(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ProofForm(request, request.POST or None)
    if not second_factor.is_on(user):
        return redirect("users:security")
    if is_proved(request, form, second_factor.accepts):
        second_factor.turn_off(user)
        end_others(request, user)
        messages.success(request, _("Two steps are off: your password is enough now."))
        return redirect("users:security")
    return render(request, "users/second_factor_off.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@sensitive_post_parameters()
def new_codes(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ProofForm(request, request.POST or None)
    if not second_factor.is_on(user):
        return redirect("users:security")
    if is_proved(request, form, second_factor.accepts):
        return show_codes(request, user, _("New recovery codes"))
    return render(request, "users/second_factor_codes.html", {"form": form})


def is_proved(request: HttpRequest, form: ProofForm, accepts: Any) -> bool:
    """Password and code are right; else the form says what is not, and it counts as a failed log-in."""
    user = person(request)
    if request.method != "POST" or not form.is_valid() or not lockout.allows(request, user):
        return False
    if accepts(user, form.cleaned_data["code"]):
        return True
    lockout.failed(request, user)
    form.add_error("code", _("This code is wrong, or was used before. After a wrong one, wait a little."))
    return False


def end_others(request: HttpRequest, user: User) -> None:
    """This session goes on under another key."""
    user.end_sessions()
    update_session_auth_hash(request, user)


def show_codes(request: HttpRequest, user: User, title: str) -> HttpResponse:
    codes = second_factor.new_recovery_codes(user)
    return render(request, "users/recovery_codes.html", {"codes": codes, "title": title})
