from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from django_app.projects.models import Project
from django_app.users.forms import SignUpForm


@sensitive_post_parameters()
def signup(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save()
            Project.begin(user, _("My first project"))
        login(request, user)
        return redirect("documents:list")
    return render(request, "users/signup.html", {"form": form})
