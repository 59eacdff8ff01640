from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from django_app.projects.models import Project
from django_app.users.forms import SignUpForm
from django_app.users.login import BACKEND
from django_app.users.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def signup(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (user := begin(form)):
        login(request, user, backend=BACKEND)
        return redirect("documents:list")
    return render(request, "users/signup.html", {"form": form})


def begin(form: SignUpForm) -> User | None:
    """The account and its first project; None, and the form says why, when somebody took the name a moment ago."""
    try:
        with transaction.atomic():
            user: User = form.save()
            Project.begin(user, _("My first project"))
    except IntegrityError:
        form.add_error("username", User._meta.get_field("username").error_messages["unique"])
        return None
    return user
