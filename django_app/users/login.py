"""Logging in: the password, and then a code where the account has a second factor. lockout.py counts failures."""

import time
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from django_app.users import lockout, second_factor
from django_app.users.forms import CodeForm
from django_app.users.models import User

# Who checks passwords; django-axes stands before it and signs nobody in.
BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF_WAY = "half_way"  # in the session: who has given their password, when, and where they wanted to go
HALF_WAY_SECONDS = 300


class LogIn(LoginView):
    template_name = "users/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user: Any = form.get_user()
        if not second_factor.is_on(user):
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[HALF_WAY] = [user.pk, user.get_session_auth_hash(), time.time(), self.get_success_url()]
        return redirect("users:second-factor")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    user, there = half_way(request)
    if user is None:
        return redirect("users:login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and lockout.allows(request, user):
        if second_factor.accepts(user, form.cleaned_data["code"]):
            del request.session[HALF_WAY]
            login(request, user, backend=BACKEND)
            return redirect(there)
        lockout.failed(request, user)
        form.add_error("code", _("This code is wrong, or was used before. After a wrong one, wait a little."))
    return render(request, "users/second_factor.html", {"form": form})


def half_way(request: HttpRequest) -> tuple[User | None, str]:
    """Who has given their password a few minutes ago, and where they wanted to go."""
    pk, mark, at, there = request.session.get(HALF_WAY) or (None, "", 0.0, "")
    user = User.objects.filter(pk=pk or 0, is_active=True).first() if time.time() - at < HALF_WAY_SECONDS else None
    return (user, there) if user and user.get_session_auth_hash() == mark else (None, "")


def admin_login(request: HttpRequest) -> HttpResponse:
    """Administrators come in by the same door as everybody."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "/admin/"))
