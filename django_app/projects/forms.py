from django import forms
from django.utils.translation import gettext_lazy as _

from django_app.projects.models import Project, Role

GIVEN_ROLES = [(role.value, role.label) for role in (Role.READER, Role.EDITOR)]


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ("name",)


class MemberForm(forms.Form):
    username = forms.CharField(label=_("Username"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES)
