"""`./recto restore FILE`: an archive into an empty installation."""

import sys
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from django_app.backup.errors import BackupError, words
from django_app.backup.progress import Progress
from django_app.backup.restoring import restore, verify


class Command(BaseCommand):
    help = (
        "Puts an archive into an empty installation that does not run; one of an older version is brought up to date."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the archive; - reads it from standard input")
        parser.add_argument("--verify", action="store_true", help="only look whether the archive is whole")

    def handle(self, *args: Any, file: str, verbosity: int, **options: Any) -> None:
        progress = Progress(self.stderr.write if verbosity else lambda words: None)
        try:
            with source(file) as archive:
                header = verify(archive) if options["verify"] else restore(archive, progress)
        except (BackupError, OSError) as error:
            raise CommandError(f"Nothing was restored: {words(error)}") from error
        except KeyboardInterrupt:
            raise CommandError("Nothing was restored: it was interrupted.") from None
        of = f"the backup of {header.begun_at} by Recto {header.recto_version}"
        self.stderr.write(f"It is whole: {of}." if options["verify"] else f"Restored {of}: {progress.words()}.")


def source(file: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb")
