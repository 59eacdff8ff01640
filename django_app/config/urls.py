"""Addresses: pages for people, /api/ for programs, and the checks of whoever runs the service."""

from django.contrib import admin
from django.urls import include, path

from django_app.api import health, problems
from django_app.documents import views as documents
from django_app.users import login

urlpatterns = [
    path("", documents.home, name="home"),
    path("accounts/", include("django_app.users.urls")),
    path("projects/", include("django_app.projects.urls")),
    path("projects/", include("django_app.invoices.urls")),
    path("documents/", include("django_app.documents.urls")),
    path("", include("django_app.pages.urls")),
    path("jobs/", include("django_app.jobs.urls")),
    path("status/", include("django_app.status.urls")),
    path("", include("django_app.texts.urls")),
    path("api/", include("django_app.api.urls")),
    path("", include("django_app.api.well_known")),
    path("", include("django_app.api.results")),
    path("healthz", health.alive),
    path("health", health.alive),
    path("ping", health.ping),
    path("readyz", health.ready),
    path("version", health.version),
    path("admin/login/", login.admin_login),
    path("admin/", admin.site.urls),
]

handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.server_error
