from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "django_app.api"

    def ready(self) -> None:
        from django_app.api import schema  # noqa: F401  its import tells the OpenAPI generator about tokens
