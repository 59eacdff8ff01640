from django.urls import path

from django_app.projects import views

app_name = "projects"

urlpatterns = [
    path("", views.index, name="list"),
    path("<int:project_id>/", views.detail, name="detail"),
    path("<int:project_id>/rename/", views.rename, name="rename"),
    path("<int:project_id>/delete/", views.delete, name="delete"),
    path("<int:project_id>/members/", views.add_member, name="members"),
    path("<int:project_id>/members/<int:member_id>/role/", views.change_role, name="member_role"),
    path("<int:project_id>/members/<int:member_id>/remove/", views.remove_member, name="member_remove"),
]
