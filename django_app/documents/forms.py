from typing import Any

from django import forms

from django_app.documents.models import Document
from django_app.projects import access
from django_app.projects.models import Project
from django_app.users.models import User


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new document, in a project where `user` may write."""

    class Meta:
        model = Document
        fields = ("name", "project")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        writable = access.visible(user, Project.objects.all(), role=access.EDITOR)
        self.fields["project"] = forms.ModelChoiceField(
            writable, empty_label=None, label=self.fields["project"].label, initial=writable.first()
        )
        self.instance.created_by = user


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Document
        fields = ("name",)
