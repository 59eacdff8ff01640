from django.apps import AppConfig


class TextsConfig(AppConfig):
    name = "django_app.texts"
