"""Deleting pages, alone or with the document or project that holds them, together with their files.

Each answers "was it there?", and of two people who delete the same thing one gets False.
"""

from django.db import transaction

from django_app.documents.models import Document
from django_app.pages import files, order
from django_app.pages.models import Page
from django_app.projects.models import Project


@transaction.atomic
def remove_page(page: Page) -> bool:
    document = Document.objects.select_for_update().get(pk=page.document_id)
    position = document.pages.filter(pk=page.pk).values_list("position", flat=True).first()
    if position is None:
        return False
    files.forget_after_commit(document.pages.filter(pk=page.pk))
    document.pages.filter(pk=page.pk).delete()
    order.close_gap(document, position)
    document.touch()
    return True


@transaction.atomic
def remove_document(document: Document) -> bool:
    if Document.objects.select_for_update().filter(pk=document.pk).first() is None:
        return False
    files.forget_after_commit(Page.objects.filter(document=document.pk))
    Document.objects.filter(pk=document.pk).delete()
    return True


@transaction.atomic
def remove_project(project: Project) -> bool:
    if Project.objects.select_for_update().filter(pk=project.pk).first() is None:
        return False
    list(Document.objects.select_for_update().filter(project=project.pk))  # no upload may end in between
    files.forget_after_commit(Page.objects.filter(document__project=project.pk))
    Project.objects.filter(pk=project.pk).delete()
    return True
