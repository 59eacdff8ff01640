from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "django_app.jobs"
