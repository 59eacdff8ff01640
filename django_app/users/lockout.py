"""Failed log-ins, counted by django-axes in the database: they count while Redis is away, too.

Whoever fails too often at one account from one address is locked out there for a while, and nobody else is. Two wider
limits are for those who change the address or the account. The one for an account holds only where it is not known:
who has logged in from an address before is not locked out there by strangers elsewhere.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessLog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from django_app.users import sessions
from django_app.users.models import User

# Of settings.AXES_LOCKOUT_PARAMETERS (an account from an address, an account, an address): how many times
# RECTO_LOGIN_FAILURES each may fail. A school behind one address is many people.
TIMES = (1, 2, 10)
KNOWN_DAYS = 30


@dataclass(frozen=True)
class Count:
    """Failures against one limit, and when the last of them was."""

    failures: int
    times: int
    last: datetime | None

    @classmethod
    def of(cls, attempts: "QuerySet[Any]", times: int) -> "Count":
        found = attempts.aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        return cls(found["failures"] or 0, times, found["last"])

    @property
    def weight(self) -> int:
        """As many failures as would be this bad at one account from one address."""
        return self.failures // self.times


class Lockout(AxesDatabaseHandler):  # type: ignore[misc]
    def counts(self, request: Any, credentials: Mapping[str, Any] | None) -> list[Count]:
        found = [Count.of(*each) for each in zip(self.get_user_attempts(request, credentials), TIMES, strict=True)]
        if is_known((credentials or {}).get("username"), request.axes_ip_address):
            del found[1]
        return found

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        return max(count.weight for count in self.counts(request, credentials))

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """A success forgives what failed at this account from this address, and nothing else."""
        count, _of = self.filter_user_attempts(request, credentials)[0].delete()
        return int(count)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **rest: Any) -> None:
        """And with every log-in, what is over goes."""
        super().user_logged_in(sender, request, user, **rest)
        self.reset_logs(age_days=KNOWN_DAYS)
        sessions.forget_ended()


def is_known(username: str | None, address: str) -> bool:
    return bool(AccessLog.objects.filter(username=username, ip_address=address).exists())


def allows(request: HttpRequest, user: User) -> bool:
    """Whether `user` may try another secret from here. If not, the middleware answers, with problems.locked_out."""
    credentials = {"username": user.get_username()}
    if not settings.AXES_ENABLED or AxesProxyHandler.is_allowed(request, credentials):
        return True
    request.axes_locked_out, request.axes_credentials = True, credentials  # type: ignore[attr-defined]
    return False


def failed(request: HttpRequest, user: User) -> None:
    """A secret of `user` beside the password was wrong; a wrong password counts by itself."""
    user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=request)


def succeeded(request: HttpRequest, user: User) -> None:
    """For who signs in without a session."""
    user_logged_in.send(User, request=request, user=user)


def seconds_left(request: HttpRequest, credentials: Mapping[str, Any] | None) -> int:
    counts = AxesProxyHandler.get_implementation().counts(request, credentials)
    last = [count.last for count in counts if count.last and count.weight >= settings.AXES_FAILURE_LIMIT]
    pause: timedelta = settings.AXES_COOLOFF_TIME
    return max(1, math.ceil((max(last, default=timezone.now()) + pause - timezone.now()).total_seconds()))
