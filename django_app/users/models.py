"""A person with an account. Our own class from the first migration on, so that it can grow."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    # How often all sessions were ended at once; what was signed with another number is over.
    endings = models.PositiveIntegerField(default=0, editable=False)

    def end_sessions(self) -> None:
        """Everywhere, and what programs have to stay signed in."""
        User.objects.filter(pk=self.pk).update(endings=models.F("endings") + 1)
        self.refresh_from_db(fields=["endings"])

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}.{self.endings}"

    def get_session_auth_fallback_hash(self):  # type: ignore[no-untyped-def]
        for each in super().get_session_auth_fallback_hash():
            yield f"{each}.{self.endings}"
