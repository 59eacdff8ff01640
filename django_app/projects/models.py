"""Projects keep people's work apart; a member's role says what they may do in one."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from django_app.users.models import User


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    READER = "reader", _("Reader")

    def reaches(self, needed: "Role") -> bool:
        order = [Role.READER, Role.EDITOR, Role.OWNER]
        return order.index(self) >= order.index(needed)


class Project(models.Model):
    PROJECT_PATH = ""

    user_role: str  # of whoever asked, set by access.visible

    name = models.CharField(_("name"), max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="owned_projects")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    @transaction.atomic
    def begin(cls, owner: User, name: str) -> "Project":
        """A project whose owner is its first member."""
        project = cls.objects.create(owner=owner, name=name)
        project.members.create(user=owner, role=Role.OWNER)
        return project

    @property
    def slug(self) -> str:
        return slugify(self.name, allow_unicode=True) or f"project-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.pk])

    def rename(self, name: str) -> None:
        self.name = name
        self.save(update_fields=["name", "updated_at"])

    def add_member(self, username: str, role: Role) -> "Member":
        """Raises ValidationError for an unknown name, somebody who is a member already, and a second owner."""
        refuse_owner(role)
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise ValidationError({"username": _("Nobody has an account with this name.")})
        member, added = self.members.get_or_create(user=user, defaults={"role": role})
        if not added:
            raise ValidationError({"username": _("This person is a member already.")})
        return member


class Member(models.Model):
    PROJECT_PATH = "project"

    user_role: str  # of whoever asked, set by access.visible

    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.READER)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once"),
            models.UniqueConstraint(fields=["project"], condition=models.Q(role="owner"), name="member_one_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    def change_role(self, role: Role) -> None:
        """Raises ValidationError for the owner, and for making an owner."""
        refuse_owner(role)
        if not Member.objects.filter(pk=self.pk).exclude(role=Role.OWNER).update(role=role):
            raise ValidationError(_("The owner of a project stays its owner."))
        self.role = role

    def remove(self) -> None:
        """Raises ValidationError for the owner."""
        if self.role == Role.OWNER:
            raise ValidationError(_("The owner of a project stays its owner."))
        Member.objects.filter(pk=self.pk).exclude(role=Role.OWNER).delete()


def refuse_owner(role: Role) -> None:
    if role == Role.OWNER:
        raise ValidationError({"role": _("A project has one owner.")})


class Preset(models.Model):
    """A recipe that a project gave a name: the steps as the engine understands them."""

    PROJECT_PATH = "project"

    project = models.ForeignKey(Project, models.CASCADE, related_name="presets")
    name = models.CharField(_("name"), max_length=100)
    steps = models.JSONField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="preset_once")]

    def __str__(self) -> str:
        return self.name
