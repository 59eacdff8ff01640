from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "django_app.invoices"

    def ready(self) -> None:
        from django_app.invoices import reading  # noqa: F401  registers its kind
