"""`python -m django_app.manage requeue`: sets going again what waits without a message or hangs on a dead worker."""

from typing import Any

from django.core.management.base import BaseCommand

from django_app.jobs.sweep import sweep


class Command(BaseCommand):
    help = "Re-enqueues waiting items, releases those of dead workers, finishes jobs whose items have all ended."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep()
        self.stdout.write(
            f"{swept.released} released, {swept.enqueued} jobs enqueued, {swept.finished} finished, "
            f"{swept.told} events sent again"
        )
