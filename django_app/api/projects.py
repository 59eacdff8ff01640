"""Projects, their members and their presets."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from django_app.api.idempotency import idempotent
from django_app.api.serializers import (
    MemberSerializer,
    NewMemberSerializer,
    PresetSerializer,
    ProjectSerializer,
    RoleSerializer,
)
from django_app.pages.removal import remove_project
from django_app.projects import access
from django_app.projects.models import Member, Preset, Project, Role
from django_app.users.person import person

METHODS = ["get", "post", "patch", "delete", "head", "options"]


class ProjectViewSet(viewsets.ModelViewSet[Project]):
    serializer_class = ProjectSerializer
    queryset = Project.objects.select_related("owner")
    http_method_names = METHODS
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Project]:
        return access.visible(self.request.user, super().get_queryset())

    def get_object(self) -> Project:
        role = {"PATCH": Role.EDITOR, "DELETE": Role.OWNER}.get(self.request.method or "", Role.READER)
        return access.find(self.request.user, Project.objects.select_related("owner"), role=role, pk=self.kwargs["pk"])

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        project = Project.begin(person(request), given.validated_data["name"])
        project.user_role = Role.OWNER
        return Response(self.get_serializer(project).data, status.HTTP_201_CREATED)

    def perform_update(self, serializer: BaseSerializer[Project]) -> None:
        if "name" in serializer.validated_data and serializer.instance is not None:
            serializer.instance.rename(serializer.validated_data["name"])

    def perform_destroy(self, instance: Project) -> None:
        remove_project(instance)


class InProject(viewsets.GenericViewSet[Any]):
    """Rows of one project, whose number is in the address."""

    http_method_names = METHODS
    lookup_value_converter = "int"

    def project(self, role: Role = Role.READER) -> Project:
        return access.find(self.request.user, Project.objects.all(), role=role, pk=self.kwargs["project_id"])

    def get_queryset(self) -> QuerySet[Any]:
        if "project_id" not in self.kwargs:  # the OpenAPI generator asks without an address
            return super().get_queryset().none()
        return super().get_queryset().filter(project=self.project())


class MemberViewSet(mixins.ListModelMixin, InProject):
    serializer_class = MemberSerializer
    queryset = Member.objects.select_related("user")

    @extend_schema(request=NewMemberSerializer, responses={201: MemberSerializer})
    @idempotent
    def create(self, request: Request, project_id: int) -> Response:
        project = self.project(Role.OWNER)
        given = NewMemberSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        member = project.add_member(given.validated_data["username"], Role(given.validated_data["role"]))
        return Response(MemberSerializer(member).data, status.HTTP_201_CREATED)

    @extend_schema(request=RoleSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, project_id: int, pk: int) -> Response:
        self.project(Role.OWNER)
        member = self.get_object()
        given = RoleSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        member.change_role(Role(given.validated_data["role"]))
        return Response(MemberSerializer(member).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: int, pk: int) -> Response:
        """The owner sends somebody away, or a member leaves."""
        member = self.get_object()
        if member.user_id != request.user.pk:
            self.project(Role.OWNER)
        member.remove()
        return Response(status=status.HTTP_204_NO_CONTENT)


class PresetViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, InProject):
    serializer_class = PresetSerializer
    queryset = Preset.objects.all()

    @extend_schema(request=PresetSerializer, responses={201: PresetSerializer})
    @idempotent
    def create(self, request: Request, project_id: int) -> Response:
        project = self.project(Role.EDITOR)
        given = PresetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        preset, _ = Preset.objects.update_or_create(
            project=project, name=given.validated_data["name"], defaults={"steps": given.validated_data["steps"]}
        )
        return Response(PresetSerializer(preset).data, status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: int, pk: int) -> Response:
        self.project(Role.EDITOR)
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
