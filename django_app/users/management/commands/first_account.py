"""Makes the account that a new installation starts with."""

import json
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from django_app.projects.models import Project
from django_app.users.models import User


class Command(BaseCommand):
    help = (
        "If nobody has an account yet, makes an administrator named RECTO_USER (demo) with RECTO_PASSWORD (or a "
        'generated one). Prints {"username", "password"}; password is null if it was not generated here.'
    )

    def handle(self, *args: Any, **options: Any) -> None:
        first = User.objects.order_by("pk").first()
        if first is not None:
            self.answer(first.username, None)
            return
        generated = None if settings.FIRST_PASSWORD else secrets.token_urlsafe(9)
        with transaction.atomic():
            user = User.objects.create_superuser(settings.FIRST_USER, password=settings.FIRST_PASSWORD or generated)
            Project.begin(user, _("My first project"))
        self.answer(user.username, generated)

    def answer(self, username: str, password: str | None) -> None:
        self.stdout.write(json.dumps({"username": username, "password": password}))
