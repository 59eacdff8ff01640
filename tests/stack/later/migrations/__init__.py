"""The jobs' migrations, and beside them one of a release to come."""

from django_app.jobs import migrations

__path__ = [*__path__, *migrations.__path__]
