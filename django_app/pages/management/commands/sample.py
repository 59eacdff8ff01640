"""The page that a new installation shows."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from django_app.documents.models import Document
from django_app.imaging.client import ImagingClient, ImagingError
from django_app.pages.upload import add_pages
from django_app.projects.models import Project
from django_app.texts.languages import USUAL
from django_app.users.models import User


class Command(BaseCommand):
    help = (
        "Gives the administrator's first project a document with the page in --file, if it has none yet, then cleans "
        'and reads it once. Prints {"document", "url", "clean_seconds", "read_seconds", "text", "recipe"}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", required=True, help="A photographed page.")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        user = User.objects.filter(is_superuser=True).order_by("pk").first()
        project = Project.objects.filter(owner=user).order_by("pk").first()
        if user is None or project is None:
            raise CommandError("There is no administrator with a project; run first_account before.")
        try:
            document = project.documents.order_by("pk").first() or begin(project, user, Path(file))
            self.stdout.write(json.dumps(tried(document, user), ensure_ascii=False))
        except ImagingError as error:
            raise CommandError(error.message) from error


def begin(project: Project, user: User, path: Path) -> Document:
    document = project.documents.create(name=_("Sample page"), created_by=user)
    try:
        with path.open("rb") as content:
            add_pages(document, UploadedFile(File(content), path.name, size=path.stat().st_size), user)
    except BaseException:
        document.delete()
        raise
    return document


def tried(document: Document, user: User) -> dict[str, Any]:
    """What cleaning and reading the document's first page gives, and how long each takes."""
    facts: dict[str, Any] = {"document": document.pk, "url": document.get_absolute_url()}
    page = document.pages.first()
    if page is None:
        return facts | {"clean_seconds": None, "read_seconds": None, "text": "", "recipe": None}
    client = ImagingClient(user)
    started = time.perf_counter()
    cleaned = client.auto_process(page.original)
    between = time.perf_counter()
    reading = client.text(page.original, USUAL)
    return facts | {
        "clean_seconds": round(between - started, 3),
        "read_seconds": round(time.perf_counter() - between, 3),
        "text": reading["text"],
        "recipe": json.loads(cleaned.headers["X-Recipe"]),
    }
