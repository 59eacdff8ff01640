"""The tables of an installation: of which version, whether empty, and made anew for an archive's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import AutoField, DateField, Max, Model

from django_app.backup.errors import NotMigratedError, OccupiedError

# Sessions end with a restore, and when backups were made is not part of one.
LEFT_OUT = ("sessions.session", "backup.backup")
# Django fills them by itself.
NO_WORK = (*LEFT_OUT, "contenttypes.contenttype", "auth.permission")
# Numbers that were given out since the backup are not given again: browsers and other machines may still know, under
# the address of a version that is lost, its image.
GAP = 100_000


def applied() -> dict[str, list[str]]:
    """The names of the applied migrations by application, without those of applications that Recto once had."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        if app in apps.app_configs:
            found.setdefault(app, []).append(name)
    return found


def refuse_half_migrated() -> None:
    """Raises NotMigratedError unless the tables are those of this version."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()) or unknown(applied()):
        raise NotMigratedError(
            "The database is not of this version of Recto: start it once, or run 'manage migrate', and try again."
        )


def refuse_changed(migrations: Mapping[str, list[str]]) -> None:
    """Raises NotMigratedError if others are applied by now."""
    if applied() != migrations:
        raise NotMigratedError("Recto was brought to another version during the backup: begin it anew.")


def unknown(migrations: Mapping[str, list[str]]) -> set[tuple[str, str]]:
    """Those that this version does not have."""
    known = MigrationLoader(connection, ignore_no_migrations=True).disk_migrations or {}
    return {(app, name) for app, names in migrations.items() for name in names} - set(known)


def models(registry: Apps = apps) -> list[type[Model]]:
    """All whose rows belong in an archive."""
    found = registry.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and model._meta.label_lower not in LEFT_OUT]


def refuse_occupied() -> None:
    """Raises OccupiedError if there are rows that somebody has made."""
    there = set(connection.introspection.table_names())
    for model in models():
        if model._meta.label_lower in NO_WORK or model._meta.db_table not in there:
            continue
        if model._base_manager.exists():
            raise OccupiedError(
                f"This installation is not empty: it has {model._meta.verbose_name_plural}. Restore into a new one."
            )


@contextmanager
def rebuilt(migrations: Mapping[str, list[str]]) -> Iterator[Apps]:
    """Within the block the tables are empty and as `migrations` make them, for the models that are given; all in one
    transaction. Raises IntegrityError at its end if a row refers to one that is not there."""
    with connection.constraint_checks_disabled(), transaction.atomic():  # SQLite else changes no table
        drop_tables()
        registry = migrate_to(migrations)
        refer_later()
        yield registry
        connection.check_constraints()
        continue_numbers(registry)


def refer_later() -> None:
    """Rows may refer to some that are still to come, which migrations forbid for the rest of their transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def drop_tables() -> None:
    there = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in [*there, MigrationRecorder.Migration._meta.db_table]]
    with connection.cursor() as cursor:
        for group in [", ".join(tables)] if connection.vendor == "postgresql" else tables:
            cursor.execute(f"DROP TABLE IF EXISTS {group}")


def migrate_to(migrations: Mapping[str, list[str]]) -> Apps:
    """The models as they were then, which write every column as they are told."""
    executor = MigrationExecutor(connection)
    wanted = {(app, name) for app, names in migrations.items() for name in names}
    whole = executor.migration_plan(executor.loader.graph.leaf_nodes())
    plan = [(migration, back) for migration, back in whole if (migration.app_label, migration.name) in wanted]
    registry = executor.migrate([], plan).apps
    for model in registry.get_models(include_auto_created=True):
        for field in model._meta.fields:
            if isinstance(field, DateField):
                field.auto_now = field.auto_now_add = False
    return registry


def continue_numbers(registry: Apps) -> None:
    """New rows are numbered from GAP behind the last one."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence")
        for model in models(registry):
            table, key = model._meta.db_table, model._meta.pk
            if isinstance(key, AutoField):
                last = (model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + GAP
                if connection.vendor == "sqlite":
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
                else:
                    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, key.column, last])
