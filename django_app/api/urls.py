"""Everything under /api/. What FastAPI answers under /api/fastapi/ is not here: nginx sends it there."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from django_app.api import invoice_lists, invoice_review, invoices, jobs, ocr_health, texts, tokens
from django_app.api.documents import DocumentViewSet, PageViewSet
from django_app.api.process import auto_process
from django_app.api.projects import MemberViewSet, PresetViewSet, ProjectViewSet

app_name = "api"

router = SimpleRouter(use_regex_path=False)
router.register("projects", ProjectViewSet, basename="project")
router.register("projects/<int:project_id>/members", MemberViewSet, basename="member")
router.register("projects/<int:project_id>/presets", PresetViewSet, basename="preset")
router.register("documents", DocumentViewSet, basename="document")
router.register("pages", PageViewSet, basename="page")

urlpatterns = [
    path("token/", tokens.obtain, name="token"),
    path("token/refresh/", tokens.refresh, name="token-refresh"),
    re_path(r"^get-fastapi-token/?$", tokens.capability, name="get-fastapi-token"),
    re_path(r"^validate-session/(?P<handle>[^/]+)/?$", tokens.validate_session, name="validate-session"),
    re_path(r"^fastapi/auto-process/?$", auto_process, name="auto-process"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    path("", include(router.urls)),
    *jobs.urlpatterns,
    *invoices.urlpatterns,
    *invoice_lists.urlpatterns,
    *invoice_review.urlpatterns,
    *ocr_health.urlpatterns,
    *texts.urlpatterns,
]
