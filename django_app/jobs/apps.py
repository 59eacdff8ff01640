from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "django_app.jobs"

    def ready(self) -> None:
        from django_app.jobs import transfers  # noqa: F401  registers its kinds
