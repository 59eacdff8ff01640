"""The only place that answers "may they?".

A model says by `PROJECT_PATH` how its rows lead to their project ("document__project"; "" for the project itself).
What a stranger asks for does not exist (404); what a member may see but not change is refused (403).
"""

from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import F, Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from django_app.projects.models import Member, Project, Role
from django_app.users.models import User

M = TypeVar("M", bound=Model)
Somebody = User | AnonymousUser
READER, EDITOR, OWNER = Role.READER, Role.EDITOR, Role.OWNER


def visible(user: Somebody, queryset: QuerySet[M], *, role: Role = READER) -> QuerySet[M]:
    """The rows in the projects where the user has at least `role`, each with the user's `user_role` there."""
    if not user.is_authenticated:  # a membership of nobody would match projects without members
        return queryset.none()
    path: str = cast(Any, queryset.model).PROJECT_PATH
    members = f"{path}__members" if path else "members"
    enough = [held for held in Role if held.reaches(role)]
    mine = queryset.filter(**{f"{members}__user": user.pk, f"{members}__role__in": enough})
    return cast(QuerySet[M], mine.annotate(user_role=F(f"{members}__role")))


def find(user: Somebody, queryset: QuerySet[M], *, role: Role = READER, **lookup: object) -> M:
    """One row by `lookup`. Raises Http404 for strangers, PermissionDenied for a member with too small a role."""
    try:
        found = visible(user, queryset).get(**lookup)
    except (ObjectDoesNotExist, ValueError, OverflowError):
        raise Http404(_("Not found.")) from None
    require(Role(cast(Any, found).user_role), role)
    return found


def require(held: Role, needed: Role) -> None:
    if not held.reaches(needed):
        raise PermissionDenied(_("Your role in this project does not allow that."))


def role(user: Somebody, project: Project) -> Role | None:
    member = visible(user, Member.objects.filter(project=project)).first()
    return Role(member.user_role) if member else None


def staff(user: Somebody) -> User:
    """Who may see what is of the whole installation. Raises Http404 for everybody else."""
    if not isinstance(user, User) or not user.is_staff:
        raise Http404(_("Not found."))
    return user
