from django.urls import path

from django_app.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:job_id>/download/", views.download, name="download"),
]
