from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_app.documents.forms import DocumentForm, NameForm
from django_app.documents.models import Document
from django_app.imaging.client import ImagingClient, languages_of
from django_app.pages.models import Page
from django_app.pages.removal import remove_document
from django_app.projects import access
from django_app.projects.models import Project
from django_app.users.person import person

DOCUMENTS_A_PAGE = 48


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("documents:list") if request.user.is_authenticated else render(request, "home.html")


def listed(request: HttpRequest) -> QuerySet[Document]:
    """The person's documents, each with its `page_count` and the version id of its `cover`."""
    first = Page.objects.filter(document=OuterRef("pk"), position=1).values("current")
    documents = access.visible(request.user, Document.objects.select_related("project")).order_by("-updated_at", "-id")
    return documents.annotate(page_count=Count("pages", distinct=True), cover=Subquery(first))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    form = DocumentForm(request.POST or None, user=person(request))
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    context = {
        "documents": Paginator(listed(request), DOCUMENTS_A_PAGE).get_page(request.GET.get("page")),
        "projects": access.visible(request.user, Project.objects.all()),
        "form": form,
    }
    return render(request, "documents/list.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
def detail(request: HttpRequest, document_id: int) -> HttpResponse:
    document = access.find(request.user, Document.objects.select_related("project"), pk=document_id)
    context = {
        "document": document,
        "pages": document.pages.select_related("current"),
        "role": document.user_role,
        "presets": document.project.presets.all(),
        "form": NameForm(instance=document),
        "languages": languages_of(ImagingClient(person(request)).info_or_none()),
    }
    return render(request, "documents/detail.html", context)


@require_POST
@login_required
def rename(request: HttpRequest, document_id: int) -> HttpResponse:
    document = access.find(request.user, Document.objects.all(), role=access.EDITOR, pk=document_id)
    form = NameForm(request.POST)
    if form.is_valid():
        document.rename(form.cleaned_data["name"])
    else:
        messages.error(request, " ".join(map(str, form.errors["name"])))
    return redirect(document)


@require_POST
@login_required
def delete(request: HttpRequest, document_id: int) -> HttpResponse:
    document = access.find(request.user, Document.objects.all(), role=access.EDITOR, pk=document_id)
    if remove_document(document):
        messages.success(request, _("“%(name)s” was deleted.") % {"name": document.name})
    return redirect("documents:list")
