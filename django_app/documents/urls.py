from django.urls import path

from django_app.documents import views

app_name = "documents"

urlpatterns = [
    path("", views.index, name="list"),
    path("<int:document_id>/", views.detail, name="detail"),
    path("<int:document_id>/rename/", views.rename, name="rename"),
    path("<int:document_id>/delete/", views.delete, name="delete"),
]
