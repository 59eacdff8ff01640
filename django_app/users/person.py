from typing import Any

from django_app.users.models import User


def person(request: Any) -> User:
    """Whoever is signed in. login_required, or the API's permission, has seen to it that somebody is."""
    assert request.user.is_authenticated
    user: User = request.user
    return user
