from django.urls import path

from django_app.texts import views

app_name = "texts"
urlpatterns = [path("pages/<int:page_id>/text/download", views.download, name="download")]
