"""Adds a column and writes it in every row, in one transaction that keeps everybody else waiting for a second."""

from pkgutil import iter_modules

from django.db import migrations, models

from django_app.jobs import migrations as until_now


def fill(apps, schema_editor):
    apps.get_model("jobs", "JobItem").objects.update(later=models.F("position"))


class Migration(migrations.Migration):
    dependencies = [("jobs", max(module.name for module in iter_modules(until_now.__path__)))]

    operations = [
        migrations.AddField("jobitem", "later", models.IntegerField(db_default=0)),
        migrations.RunSQL("SELECT pg_sleep(1)"),
        migrations.RunPython(fill),
    ]
