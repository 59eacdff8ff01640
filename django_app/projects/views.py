from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_app.pages.removal import remove_project
from django_app.projects import access
from django_app.projects.forms import MemberForm, ProjectForm, RoleForm
from django_app.projects.models import Member, Project, Role
from django_app.users.person import person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(Project.begin(person(request), form.cleaned_data["name"]))
    projects = access.visible(request.user, Project.objects.select_related("owner"))
    counted = projects.annotate(document_count=Count("documents", distinct=True)).order_by("name", "id")
    context = {"projects": counted, "form": form}
    return render(request, "projects/list.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
def detail(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.find(request.user, Project.objects.select_related("owner"), pk=project_id)
    return show(request, project, MemberForm())


def show(request: HttpRequest, project: Project, form: MemberForm) -> HttpResponse:
    context = {
        "project": project,
        "documents": project.documents.annotate(page_count=Count("pages")).order_by("-updated_at", "-id"),
        "members": project.members.select_related("user"),
        "role": access.role(request.user, project),
        "form": form,
    }
    return render(request, "projects/detail.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def rename(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.find(request.user, Project.objects.all(), role=access.EDITOR, pk=project_id)
    form = ProjectForm(request.POST)
    if form.is_valid():
        project.rename(form.cleaned_data["name"])
    else:
        messages.error(request, " ".join(map(str, form.errors["name"])))
    return redirect(project)


@require_POST
@login_required
def delete(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.find(request.user, Project.objects.all(), role=access.OWNER, pk=project_id)
    if remove_project(project):
        messages.success(request, _("“%(name)s” was deleted.") % {"name": project.name})
    return redirect("projects:list")


@require_POST
@login_required
def add_member(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.find(request.user, Project.objects.all(), role=access.OWNER, pk=project_id)
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            project.add_member(form.cleaned_data["username"], Role(form.cleaned_data["role"]))
            return redirect(project)
        except ValidationError as error:
            form.add_error(None, error)
    return show(request, project, form)


@require_POST
@login_required
def change_role(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    project = access.find(request.user, Project.objects.all(), role=access.OWNER, pk=project_id)
    member = access.find(request.user, Member.objects.all(), pk=member_id, project=project)
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            member.change_role(Role(form.cleaned_data["role"]))
        else:
            messages.error(request, " ".join(map(str, form.errors["role"])))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(project)


@require_POST
@login_required
def remove_member(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    """The owner sends somebody away, or a member leaves."""
    project = access.find(request.user, Project.objects.all(), pk=project_id)
    member = access.find(request.user, Member.objects.all(), pk=member_id, project=project)
    leaves = member.user_id == request.user.pk
    if not leaves:
        access.require(Role(project.user_role), access.OWNER)
    try:
        member.remove()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(project)
    return redirect("projects:list") if leaves else redirect(project)
