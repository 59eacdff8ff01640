"""Documents and their pages: upload, order, versions."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from django_app.api.idempotency import idempotent
from django_app.api.jobs import JobSerializer, accepted
from django_app.api.paging import Pages
from django_app.api.problems import Unacceptable
from django_app.api.projects import METHODS
from django_app.api.serializers import (
    DocumentSerializer,
    OrderSerializer,
    PageSerializer,
    PagesSerializer,
    RevertSerializer,
    UploadSerializer,
    VersionSerializer,
)
from django_app.documents.archive import ArchiveRefused
from django_app.documents.models import Document
from django_app.jobs import importing
from django_app.jobs.models import Job
from django_app.pages import order, versions
from django_app.pages.models import Page, PageVersion
from django_app.pages.removal import remove_document, remove_page
from django_app.projects import access
from django_app.projects.models import Role
from django_app.users.person import person

WITH_VERSIONS = Page.objects.select_related("document", "current__by").prefetch_related(
    Prefetch("versions", PageVersion.objects.select_related("by", "page"))
)


def listed(request: Request, pages: QuerySet[Page]) -> Response:
    paginator = Pages()
    shown = paginator.paginate_queryset(pages, request)
    return paginator.get_paginated_response(PageSerializer(shown, many=True).data)


class DocumentViewSet(viewsets.ModelViewSet[Document]):
    serializer_class = DocumentSerializer
    queryset = Document.objects.annotate(page_count=Count("pages", distinct=True)).order_by("-updated_at", "-id")
    http_method_names = METHODS
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Document]:
        return access.visible(self.request.user, super().get_queryset())

    def get_object(self) -> Document:
        role = Role.READER if self.request.method in ("GET", "HEAD") else Role.EDITOR
        return access.find(self.request.user, super().get_queryset(), role=role, pk=self.kwargs["pk"])

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: BaseSerializer[Document]) -> None:
        project = serializer.validated_data["project"]
        access.require(Role(project.user_role), access.EDITOR)
        document = serializer.save(created_by=self.request.user)
        document.user_role = project.user_role

    def perform_update(self, serializer: BaseSerializer[Document]) -> None:
        if "name" in serializer.validated_data and serializer.instance is not None:
            serializer.instance.rename(serializer.validated_data["name"])

    def perform_destroy(self, instance: Document) -> None:
        if not remove_document(instance):
            raise Http404

    @extend_schema(methods=["GET"], responses=PageSerializer(many=True), filters=False)
    @extend_schema(methods=["POST"], request=UploadSerializer, responses={201: PagesSerializer, 202: JobSerializer})
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    @idempotent
    def pages(self, request: Request, pk: int) -> Response:
        """The pages in their order; POST adds those of one file at the end: 201 with them; of an archive, and of a file
        with many pages, 202 with the job that adds them."""
        document = self.get_object()
        if request.method != "POST":
            return listed(request, WITH_VERSIONS.filter(document=document))
        given = UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            added = importing.take_in(document, given.validated_data["file"], person(request))
        except ArchiveRefused as refused:
            reasons = [{"loc": ["file", name], "msg": reason} for name, reason in refused.reasons]
            raise Unacceptable(refused.words, reasons) from refused
        if isinstance(added, Job):
            return accepted(added)
        pages = WITH_VERSIONS.filter(pk__in=[page.pk for page in added])
        return Response(PagesSerializer({"pages": pages}).data, status.HTTP_201_CREATED)

    @extend_schema(request=OrderSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def order(self, request: Request, pk: int) -> Response:
        """A new order of the pages."""
        document = self.get_object()
        given = OrderSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            order.arrange(document, given.validated_data["pages"])
        except order.OrderMismatchError:
            raise ValidationError({"pages": [_("Name every page of the document exactly once.")]}) from None
        return Response(given.validated_data)


class PageViewSet(
    mixins.RetrieveModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Page]
):
    serializer_class = PageSerializer
    queryset = WITH_VERSIONS
    http_method_names = METHODS
    lookup_value_converter = "int"

    def get_object(self) -> Page:
        role = Role.READER if self.request.method in ("GET", "HEAD") else Role.EDITOR
        return access.find(self.request.user, super().get_queryset(), role=role, pk=self.kwargs["pk"])

    def perform_destroy(self, instance: Page) -> None:
        if not remove_page(instance):
            raise Http404

    @extend_schema(request=RevertSerializer, responses={201: VersionSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def revert(self, request: Request, pk: int) -> Response:
        """A new version that looks like an earlier one."""
        page = self.get_object()
        given = RevertSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        version = page.versions.filter(pk=given.validated_data["version"]).first()
        if version is None:
            raise ValidationError({"version": [_("This page has no such version.")]})
        again = versions.revert(page, version, person(request))
        return Response(VersionSerializer(again).data, status.HTTP_201_CREATED)
