"""One of everything, in a project of alice's; and the same once more in a project of charlie's, who is a stranger."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from django_app.documents.models import Document
from django_app.invoices.models import Anomaly, Invoice
from django_app.jobs.models import Job
from django_app.pages import versions
from django_app.pages.models import Page, PageVersion
from django_app.projects.models import Member, Preset, Project, Role
from django_app.texts import store as texts
from django_app.users import tokens
from django_app.users.models import User
from tests.conftest import draw_page, new_user, signed_in, store
from tests.web.invoices import adder, begun

COOKIE = settings.SESSION_COOKIE_NAME
SECRET = "Quodlibet"  # stands in whatever alice's project holds, and nowhere else
LAYOUT = {
    "width": 300,
    "height": 400,
    "languages": ["eng"],
    "engine": "tesseract 5",
    "confidence": 0.9,
    "regions": [
        {
            "box": [0, 0, 200, 60],
            "lines": [
                {"text": SECRET, "confidence": 0.9, "box": [0, 0, 200, 12], "direction": "ltr", "words": []},
            ],
        }
    ],
}


@dataclass(frozen=True)
class Things:
    """By the names that addresses have for them."""

    project: Project
    member: Member
    preset: Preset
    document: Document
    page: Page
    second_page: Page
    version: PageVersion
    job: Job
    export: Job
    task: Job
    invoice: Invoice
    anomaly: Anomaly


def things(owner: User, member: User, word: str, media: Path) -> Things:
    project = Project.begin(owner, word)
    document = project.documents.create(name=word, created_by=owner)
    image = draw_page()

    def page(name: str = word) -> Page:
        return versions.add_original(
            document, key=store(media, image), format="png", width=300, height=400, dpi=None, by=owner, name=name
        )

    first, second = page(), page()
    texts.add_layer(first, LAYOUT, version=first.current, by=owner)
    task = begun(project, owner)
    invoice = adder(task, page)(f"{word}.png", vendor=word)
    anomaly = project.anomalies.create(key=word, code="duplicate", message=word, severity="warning", score=0.9)
    anomaly.invoices.add(invoice)
    return Things(
        project=project,
        member=project.members.create(user=member, role=Role.READER),
        preset=project.presets.create(name=word, steps=[{"step": "deskew"}]),
        document=document,
        page=first,
        second_page=second,
        version=first.current,
        job=Job.objects.start(
            "apply", project=project, document=document, params={"recipe": None}, pages=[first], by=owner
        ),
        export=exported(project, document, owner, media),
        task=task,
        invoice=invoice,
        anomaly=anomaly,
    )


def exported(project: Project, document: Document, by: User, media: Path) -> Job:
    job = Job.objects.start(
        "export", project=project, document=document, params={"format": "images"}, names=[document.name], by=by
    )
    key = f"exports/{job.pk}.zip"
    (media / "exports").mkdir(exist_ok=True)
    (media / key).write_bytes(b"the archive")
    job.items.update(state="done", file=key)
    return job


class World:
    """Everybody who may come, and what they come for."""

    def __init__(self, media: Path) -> None:
        self.alice, self.bob, self.charlie = (new_user(name) for name in ("alice", "bob", "charlie"))
        self.editor, self.dora = new_user("editor"), new_user("dora")
        self.hers = things(self.alice, self.bob, SECRET, media)
        self.his = things(self.charlie, self.dora, "Charlie's", media)
        self.hers.project.members.create(user=self.editor, role=Role.EDITOR)
        people = {"owner": self.alice, "editor": self.editor, "reader": self.bob, "stranger": self.charlie}
        self.sessions = {who: signed_in(user).cookies[COOKIE].value for who, user in people.items()}

    def as_(self, who: str, **options: Any) -> Client:
        """`nobody`: without an account. `token`: with alice's, but for the engine and one file."""
        if who == "token":
            options["headers"] = {"Authorization": f"Bearer {tokens.access_for(self.alice, self.hers.version)}"}
        client = Client(**options)
        if who in self.sessions:
            client.cookies[COOKIE] = self.sessions[who]
        return client
