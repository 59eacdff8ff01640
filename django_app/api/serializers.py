"""Rows as JSON. What a field means stands in the models."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from django_app.documents.models import Document
from django_app.jobs.params import check_nul
from django_app.pages.models import Page, PageVersion
from django_app.projects import access
from django_app.projects.forms import GIVEN_ROLES
from django_app.projects.models import Member, Preset, Project


class ProjectSerializer(serializers.ModelSerializer[Project]):
    slug = serializers.CharField(read_only=True)
    owner = serializers.CharField(source="owner.username", read_only=True)
    role = serializers.CharField(source="user_role", read_only=True, help_text="Of whoever asks.")

    class Meta:
        model = Project
        fields = ("id", "name", "slug", "owner", "role", "created_at", "updated_at")


class MemberSerializer(serializers.ModelSerializer[Member]):
    username = serializers.CharField(source="user.username")

    class Meta:
        model = Member
        fields = ("id", "username", "role")


class NewMemberSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=GIVEN_ROLES, default="reader")


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=GIVEN_ROLES)


class PresetSerializer(serializers.ModelSerializer[Preset]):
    steps = serializers.ListField(
        child=serializers.DictField(), allow_empty=False, max_length=20, validators=[check_nul]
    )

    class Meta:
        model = Preset
        fields = ("id", "name", "steps")


class DocumentSerializer(serializers.ModelSerializer[Document]):
    project = serializers.PrimaryKeyRelatedField(queryset=Project.objects.none())
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    page_count = serializers.IntegerField(read_only=True, default=0)
    role = serializers.CharField(source="user_role", read_only=True, help_text="Of whoever asks.")

    class Meta:
        model = Document
        fields = ("id", "name", "project", "url", "page_count", "role", "created_at", "updated_at")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """A project that one cannot see does not exist; a document does not move to another project."""
        fields = super().get_fields()
        if self.instance is None and "request" in self.context:
            user = self.context["request"].user
            fields["project"].queryset = access.visible(user, Project.objects.all())  # type: ignore[attr-defined]
        else:
            fields["project"].read_only = True
        return fields


class VersionSerializer(serializers.ModelSerializer[PageVersion]):
    created_at = serializers.DateTimeField(source="at")
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    matrix = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), help_text="3x3, original pixels to this image's."
    )
    image = serializers.SerializerMethodField()
    tiles = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = PageVersion
        fields = (
            *("id", "created_at", "by", "recipe", "matrix", "width", "height", "dpi", "format", "skew_angle"),
            *("is_original", "reverts", "label", "image", "tiles", "thumbnail"),
        )

    def get_image(self, version: PageVersion) -> str:
        return reverse("pages:image", args=[version.pk])

    def get_tiles(self, version: PageVersion) -> str:
        return reverse("pages:tiles", args=[version.pk])

    def get_thumbnail(self, version: PageVersion) -> str:
        return reverse("pages:thumbnail", args=[version.pk])


class PageSerializer(serializers.ModelSerializer[Page]):
    number = serializers.IntegerField(source="position", read_only=True)
    document: serializers.Field[Any, Any, Any, Any] = serializers.PrimaryKeyRelatedField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    thumbnail = serializers.SerializerMethodField()
    current = VersionSerializer(read_only=True)
    versions = VersionSerializer(many=True, read_only=True)

    class Meta:
        model = Page
        fields = ("id", "document", "number", "name", "url", "thumbnail", "current", "versions")

    @extend_schema_field(serializers.CharField())
    def get_thumbnail(self, page: Page) -> str:
        return reverse("pages:thumbnail", args=[page.current_id])


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(
        allow_empty_file=True,  # the engine says of it what it says of everything that is no image
        help_text="A photograph, a scan, a multi-page TIFF or a PDF.",
    )


class PagesSerializer(serializers.Serializer[Any]):
    pages = PageSerializer(many=True)


class OrderSerializer(serializers.Serializer[Any]):
    pages = serializers.ListField(child=serializers.IntegerField(), help_text="Every page of the document, once.")


class RevertSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
