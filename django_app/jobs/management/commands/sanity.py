"""`./recto check [--mend] [--content]`: whether rows, files and jobs agree."""

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_app.config.storage import StorageAwayError
from django_app.jobs.check import SETTLED, findings


class Command(BaseCommand):
    help = "Finds files without rows, rows without files, stuck jobs and half states. Changes nothing without --mend."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="put right what can be put right without guessing")
        parser.add_argument(
            "--settled", type=int, default=SETTLED.seconds, metavar="SECONDS", help="younger files are left alone"
        )

        parser.add_argument("--content", action="store_true", help="read every file: is it what was stored?")

    def handle(self, *args: Any, mend: bool, settled: int, content: bool, **options: Any) -> None:
        found = left = 0
        try:
            for finding in findings(timedelta(seconds=settled), content=content):
                found += 1
                mended = mend and finding.mend is not None
                if finding.mend is not None and mend:
                    finding.mend()
                left += not mended
                self.stdout.write(f"{'mended: ' if mended else ''}{finding.words}")
        except StorageAwayError as error:
            raise CommandError(f"{error} Try again later.") from error
        self.stdout.write(f"{found} found, {found - left} mended." if found else "Everything agrees.")
        if left:
            sys.exit(1)
