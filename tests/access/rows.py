"""Every address of Django and every method that it takes, with what each of six people is answered.

alice owns what is asked for. `token` is alice's own, but for the engine and one file of hers: it opens nothing here.
A page sends whoever is not signed in to the login (302); the API says 401. What a stranger asks for is not there (404),
what a reader may not change is refused (403).
"""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.access.world import Things, World
from tests.conftest import draw_page

WHO = ("owner", "editor", "reader", "stranger", "nobody", "token")
Fields = Callable[[Things], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """`statuses` in the order of WHO. `path`: where `route` is a regular expression. `form` or `json`: what is sent.
    `needs_csrf`: whether a form of another site could send it in somebody's name."""

    method: str
    route: str
    statuses: str
    path: str = ""
    form: Fields | None = None
    json: Fields | None = None
    needs_csrf: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def expected(self) -> dict[str, int]:
        return dict(zip(WHO, map(int, self.statuses.split()), strict=True))

    def address(self, things: Things) -> str:
        return "/" + filled(self.path or self.route, things)

    def body(self, things: Things) -> dict[str, Any]:
        """As the test client takes it."""
        if self.json is not None:
            return {"data": self.json(things), "content_type": "application/json"}
        return {"data": self.form(things)} if self.form is not None else {}


PLACEHOLDER = re.compile(r"(\w*?)s?/<int:(\w+)>")


def filled(route: str, things: Things) -> str:
    """`pk` is of what stands before it: documents/<int:pk>/."""

    def number(match: re.Match[str]) -> str:
        before, name = match[1], match[2]
        if name == "number":
            return match[0].replace("<int:number>", "1")
        found = getattr(things, before if name == "pk" else name.removesuffix("_id"))
        return match[0].replace(f"<int:{name}>", str(found.pk))

    return PLACEHOLDER.sub(number, route)


def archive() -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("1.png", draw_page())
    return SimpleUploadedFile("pages.zip", out.getvalue())


def image() -> SimpleUploadedFile:
    return SimpleUploadedFile("page.png", draw_page())


def text(**fields: Any) -> Fields:
    return lambda _things: fields


EMPTY = text()
NEW_PASSWORD = {"new_password1": "correct horse battery", "new_password2": "correct horse battery"}
VERSION = text(version=1)
TILE = r"^versions/(?P<version_id>\d+)/tiles/page_files/(?P<level>\d{1,2})/(?P<name>\d{1,5}_\d{1,5})\.jpg$"

PAGES = (
    #                                                             owner editor reader stranger nobody token
    Row("GET", "", "302 302 302 302 200 200"),
    Row("GET", "projects/", "200 200 200 200 302 302"),
    Row("POST", "projects/", "302 302 302 302 302 302", form=text(name="New")),
    Row("GET", "projects/<int:project_id>/", "200 200 200 404 302 302"),
    Row("POST", "projects/<int:project_id>/rename/", "302 302 403 404 302 302", form=text(name="New")),
    Row("POST", "projects/<int:project_id>/delete/", "302 403 403 404 302 302"),
    Row(
        "POST",
        "projects/<int:project_id>/members/",
        "302 403 403 404 302 302",
        form=text(username="dora", role="reader"),
    ),
    Row(
        "POST",
        "projects/<int:project_id>/members/<int:member_id>/role/",
        "302 403 403 404 302 302",
        form=text(role="editor"),
    ),
    # The member is bob, the reader: whoever is one may leave.
    Row("POST", "projects/<int:project_id>/members/<int:member_id>/remove/", "302 403 302 404 302 302"),
    Row("GET", "projects/<int:project_id>/invoices/", "200 200 200 404 302 302"),
    Row("GET", "projects/<int:project_id>/invoices/next/", "302 302 302 404 302 302"),
    Row("GET", "projects/<int:project_id>/invoices/<int:invoice_id>/", "200 200 200 404 302 302"),
    Row("GET", "documents/", "200 200 200 200 302 302"),
    # What one may not write to is no choice of the form (422).
    Row(
        "POST",
        "documents/",
        "302 302 422 422 302 302",
        form=lambda things: {"name": "New", "project": things.project.pk},
    ),
    Row("GET", "documents/<int:document_id>/", "200 200 200 404 302 302"),
    Row("POST", "documents/<int:document_id>/rename/", "302 302 403 404 302 302", form=text(name="New")),
    Row("POST", "documents/<int:document_id>/delete/", "302 302 403 404 302 302"),
    Row("GET", "documents/<int:document_id>/pages/<int:number>/", "200 200 200 404 302 302"),
    Row("GET", "documents/<int:document_id>/pages/<int:number>/compare/", "200 200 200 404 302 302"),
    Row("GET", "versions/<int:version_id>/image", "200 200 200 404 302 302"),
    Row("GET", "versions/<int:version_id>/thumbnail", "200 200 200 404 302 302"),
    Row("GET", "versions/<int:version_id>/tiles/page.dzi", "200 200 200 404 302 302"),
    Row("GET", TILE, "200 200 200 404 302 302", path="versions/<int:version_id>/tiles/page_files/9/0_0.jpg"),
    Row("GET", "jobs/", "200 200 200 200 302 302"),
    Row("GET", "jobs/<int:job_id>/download/", "200 200 200 404 302 302", path="jobs/<int:export_id>/download/"),
    Row("GET", "status/", "404 404 404 404 302 302"),
    Row("GET", "pages/<int:page_id>/text/download", "200 200 200 404 302 302"),
)

ACCOUNTS = (
    Row("GET", "accounts/signup/", "302 302 302 302 200 200"),
    Row("POST", "accounts/signup/", "302 302 302 302 200 200", form=EMPTY),
    Row("GET", "accounts/login/", "302 302 302 302 200 200"),
    Row("POST", "accounts/login/", "302 302 302 302 200 200", form=text(username="alice", password="guessed")),
    Row("POST", "accounts/logout/", "302 302 302 302 302 302"),
    Row("GET", "accounts/password/", "200 200 200 200 302 302"),
    # Each their own, by the old one.
    Row(
        "POST",
        "accounts/password/",
        "302 200 200 200 302 302",
        form=text(old_password="alice-password", **NEW_PASSWORD),
    ),
    Row("GET", "accounts/second-factor/", "302 302 302 302 302 302"),
    Row("POST", "accounts/second-factor/", "302 302 302 302 302 302", form=EMPTY),
    Row("GET", "accounts/security/", "200 200 200 200 302 302"),
    Row("POST", "accounts/security/sessions/end/", "302 302 302 302 302 302", form=EMPTY),
    Row("GET", "accounts/security/second-factor/on/", "200 200 200 200 302 302"),
    Row("POST", "accounts/security/second-factor/on/", "200 200 200 200 302 302", form=EMPTY),
    Row("GET", "accounts/security/second-factor/off/", "302 302 302 302 302 302"),
    Row("POST", "accounts/security/second-factor/off/", "302 302 302 302 302 302", form=EMPTY),
    Row("GET", "accounts/security/second-factor/codes/", "302 302 302 302 302 302"),
    Row("POST", "accounts/security/second-factor/codes/", "302 302 302 302 302 302", form=EMPTY),
    Row("GET", "accounts/password/done/", "200 200 200 200 302 302"),
)

OPEN_TO_ALL = (
    Row("GET", "healthz", "200 200 200 200 200 200"),
    Row("GET", "health", "200 200 200 200 200 200"),
    Row("GET", "ping", "200 200 200 200 200 200"),
    Row("GET", "readyz", "200 200 200 200 200 200"),
    Row("GET", "version", "200 200 200 200 200 200"),
    Row("GET", ".well-known/jwks.json", "200 200 200 200 200 200"),
    Row("GET", "api/schema/", "200 200 200 200 200 401"),
    Row("GET", "api/docs/", "200 200 200 200 200 401"),
    # A username and password, or a refresh token: who else is asking does not count, and no cookie does.
    Row(
        "POST",
        "api/token/",
        "401 401 401 401 401 401",
        json=text(username="alice", password="guessed"),
        needs_csrf=False,
    ),
    Row("POST", "api/token/refresh/", "401 401 401 401 401 401", json=text(refresh="guessed"), needs_csrf=False),
    Row(
        "GET",
        r"api/^validate-session/(?P<handle>[^/]+)/?$",
        "401 401 401 401 401 401",
        path="api/validate-session/guessed/",
    ),
)

TOKENS = (
    Row(
        "GET",
        "api/^get-fastapi-token/?$",
        "200 200 200 404 401 401",
        path="api/get-fastapi-token",
        form=lambda things: {"page": things.page.pk},
    ),
    Row(
        "GET",
        "^get_img_result/?$",
        "200 200 200 404 401 401",
        path="get_img_result",
        form=lambda things: {"img_url": f"/versions/{things.version.pk}/image"},
    ),
    Row(
        "POST",
        "api/^fastapi/auto-process/?$",
        "200 200 200 404 401 401",
        path="api/fastapi/auto-process",
        form=lambda things: {"page": things.page.pk},
    ),
    Row("GET", "api/ocr-health/", "200 200 200 200 401 401"),
)

PROJECTS = (
    Row("GET", "api/projects/", "200 200 200 200 401 401"),
    Row("POST", "api/projects/", "201 201 201 201 401 401", json=text(name="New")),
    Row("GET", "api/projects/<int:pk>/", "200 200 200 404 401 401"),
    Row("PATCH", "api/projects/<int:pk>/", "200 200 403 404 401 401", json=text(name="New")),
    Row("DELETE", "api/projects/<int:pk>/", "204 403 403 404 401 401"),
    Row("GET", "api/projects/<int:project_id>/members/", "200 200 200 404 401 401"),
    Row(
        "POST",
        "api/projects/<int:project_id>/members/",
        "201 403 403 404 401 401",
        json=text(username="dora", role="reader"),
    ),
    Row(
        "PATCH",
        "api/projects/<int:project_id>/members/<int:pk>/",
        "200 403 403 404 401 401",
        json=text(role="editor"),
    ),
    Row("DELETE", "api/projects/<int:project_id>/members/<int:pk>/", "204 403 204 404 401 401"),
    Row("GET", "api/projects/<int:project_id>/presets/", "200 200 200 404 401 401"),
    Row(
        "POST",
        "api/projects/<int:project_id>/presets/",
        "201 201 403 404 401 401",
        json=text(name="New", steps=[{"step": "deskew"}]),
    ),
    Row("GET", "api/projects/<int:project_id>/presets/<int:pk>/", "200 200 200 404 401 401"),
    Row("DELETE", "api/projects/<int:project_id>/presets/<int:pk>/", "204 204 403 404 401 401"),
)

DOCUMENTS = (
    Row("GET", "api/documents/", "200 200 200 200 401 401"),
    # A project that one cannot see is as one that is not there (422).
    Row(
        "POST",
        "api/documents/",
        "201 201 403 422 401 401",
        json=lambda things: {"name": "New", "project": things.project.pk},
    ),
    Row("GET", "api/documents/<int:pk>/", "200 200 200 404 401 401"),
    Row("PATCH", "api/documents/<int:pk>/", "200 200 403 404 401 401", json=text(name="New")),
    Row("DELETE", "api/documents/<int:pk>/", "204 204 403 404 401 401"),
    Row(
        "POST",
        "api/documents/<int:pk>/order/",
        "200 200 403 404 401 401",
        json=lambda things: {"pages": [page.pk for page in things.document.pages.order_by("-position")]},
    ),
    Row("GET", "api/documents/<int:pk>/pages/", "200 200 200 404 401 401"),
    Row("POST", "api/documents/<int:pk>/pages/", "202 202 403 404 401 401", form=lambda _: {"file": archive()}),
    Row(
        "POST",
        "api/documents/<int:document_id>/jobs/",
        "202 202 403 404 401 401",
        json=lambda things: {"kind": "read", "languages": ["eng"], "pages": [things.page.pk]},
    ),
    Row("GET", "api/pages/<int:pk>/", "200 200 200 404 401 401"),
    Row("PATCH", "api/pages/<int:pk>/", "200 200 403 404 401 401", json=text(name="New")),
    Row("DELETE", "api/pages/<int:pk>/", "204 204 403 404 401 401"),
    Row(
        "POST",
        "api/pages/<int:pk>/revert/",
        "201 201 403 404 401 401",
        json=lambda things: {"version": things.version.pk},
    ),
    Row("POST", "api/pages/<int:page_id>/versions/", "202 202 403 404 401 401", json=EMPTY),
    Row("POST", "api/pages/<int:page_id>/read/", "202 202 403 404 401 401", json=text(languages=["eng"])),
    Row("GET", "api/pages/<int:page_id>/text/", "200 200 200 404 401 401"),
)

JOBS = (
    Row("GET", "api/jobs/", "200 200 200 200 401 401"),
    Row("GET", "api/jobs/<int:job_id>/", "200 200 200 404 401 401"),
    Row("POST", "api/jobs/<int:job_id>/cancel/", "200 200 403 404 401 401"),
    Row("POST", "api/jobs/<int:job_id>/retry/", "202 202 403 404 401 401"),
)

IN_PROJECT = "api/projects/<int:project_id>/"
INVOICES = (
    Row("POST", f"{IN_PROJECT}process-invoices/", "202 202 403 404 401 401", form=lambda _: {"files": [image()]}),
    Row("GET", f"{IN_PROJECT}ocr-status/<int:task_id>/", "200 200 200 404 401 401"),
    Row("POST", f"{IN_PROJECT}ocr-cancel/<int:task_id>/", "200 200 403 404 401 401"),
    Row("GET", f"{IN_PROJECT}ocr-download/<int:task_id>/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}ocr-validation/<int:task_id>/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}ocr-anomalies/<int:task_id>/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}ocr-check-task/<int:task_id>/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}invoices/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}invoices/totals/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}invoices/next/", "200 200 200 404 401 401"),
    Row("GET", f"{IN_PROJECT}invoices/export/", "200 200 200 404 401 401"),
    *(
        Row("GET", f"{IN_PROJECT}{route}/", "200 200 200 404 401 401", path=f"{IN_PROJECT}{route}/?format={form}")
        for route in ("invoices/export", "ocr-download/<int:task_id>")
        for form in ("csv", "xlsx")
    ),
    Row("POST", f"{IN_PROJECT}invoices/export/", "200 200 403 404 401 401"),
    Row("POST", f"{IN_PROJECT}invoices/dismissals/", "201 201 403 404 401 401", json=text(key="any")),
    Row(
        "DELETE",
        f"{IN_PROJECT}invoices/dismissals/",
        "204 204 403 404 401 401",
        path=f"{IN_PROJECT}invoices/dismissals/?key=any",
    ),
    Row("GET", f"{IN_PROJECT}invoices/<int:invoice_id>/", "200 200 200 404 401 401"),
    Row(
        "PATCH",
        f"{IN_PROJECT}invoices/<int:invoice_id>/",
        "200 200 403 404 401 401",
        json=text(version=1, values={"total": "1.00"}),
    ),
    Row("DELETE", f"{IN_PROJECT}invoices/<int:invoice_id>/", "204 204 403 404 401 401"),
    Row("POST", f"{IN_PROJECT}invoices/<int:invoice_id>/confirm/", "200 200 403 404 401 401", json=VERSION),
    Row("POST", f"{IN_PROJECT}invoices/<int:invoice_id>/unconfirm/", "200 200 403 404 401 401", json=VERSION),
    Row("POST", f"{IN_PROJECT}invoices/<int:invoice_id>/read-again/", "202 202 403 404 401 401", json=EMPTY),
)

# What stands in a query or a body is looked for as what stands in an address is: charlie names alice's things.
Named = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Reference:
    """`path` is of his things, `names` one of hers."""

    method: str
    path: str
    names: Named
    status: int

    @property
    def is_json(self) -> bool:
        return self.method == "POST" and "process-invoices" not in self.path


REFERENCES = (
    Reference(
        "GET", "documents/<int:document_id>/pages/<int:number>/compare/", lambda w: {"a": w.hers.version.pk}, 404
    ),
    Reference("GET", "projects/<int:project_id>/invoices/", lambda w: {"task": w.hers.task.pk}, 200),
    Reference("GET", "api/jobs/", lambda w: {"document": w.hers.document.pk}, 200),
    Reference("GET", f"{IN_PROJECT}invoices/", lambda w: {"task": w.hers.task.pk}, 200),
    Reference("GET", f"{IN_PROJECT}invoices/export/", lambda w: {"task": w.hers.task.pk}, 200),
    Reference("GET", "api/get-fastapi-token", lambda w: {"page": w.his.page.pk, "version": w.hers.version.pk}, 404),
    Reference("POST", "api/pages/<int:page_id>/revert/", lambda w: {"version": w.hers.version.pk}, 422),
    Reference(
        "POST",
        "api/pages/<int:page_id>/read/",
        lambda w: {"version": w.hers.version.pk, "languages": ["eng"]},
        422,
    ),
    Reference(
        "POST",
        "api/documents/<int:document_id>/jobs/",
        lambda w: {"kind": "export", "format": "images", "pages": [w.hers.page.pk]},
        422,
    ),
    Reference(
        "POST",
        "api/documents/<int:document_id>/order/",
        lambda w: {"pages": [*w.his.document.pages.values_list("pk", flat=True), w.hers.page.pk]},
        422,
    ),
    Reference(
        "POST",
        f"{IN_PROJECT}process-invoices/",
        lambda w: {"files": [image()], "task_id": w.hers.task.pk},
        404,
    ),
)

TABLE = (*PAGES, *ACCOUNTS, *OPEN_TO_ALL, *TOKENS, *PROJECTS, *DOCUMENTS, *JOBS, *INVOICES)
