from django.urls import path, re_path

from django_app.pages import views

app_name = "pages"

urlpatterns = [
    path("documents/<int:document_id>/pages/<int:number>/", views.detail, name="detail"),
    path("documents/<int:document_id>/pages/<int:number>/compare/", views.compare, name="compare"),
    path("versions/<int:version_id>/image", views.image, name="image"),
    path("versions/<int:version_id>/thumbnail", views.thumbnail, name="thumbnail"),
    path("versions/<int:version_id>/tiles/page.dzi", views.dzi, name="tiles"),
    re_path(
        r"^versions/(?P<version_id>\d+)/tiles/page_files/(?P<level>\d{1,2})/(?P<name>\d{1,5}_\d{1,5})\.jpg$",
        views.tile,
        name="tile",
    ),
]
