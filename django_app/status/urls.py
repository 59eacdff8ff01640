from django.urls import path

from django_app.status import views

app_name = "status"
urlpatterns = [path("", views.status, name="status")]
