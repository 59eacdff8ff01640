"""`./recto backup FILE`: rows and media in one archive, while Recto runs."""

import sys
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from django_app.backup.errors import BackupError, words
from django_app.backup.making import make
from django_app.backup.progress import Progress
from django_app.backup.whole import whole_file


class Command(BaseCommand):
    help = "Writes database and media into one archive, while Recto runs. The keys in var/keys are not part of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the archive; - writes it to standard output")

    def handle(self, *args: Any, file: str, verbosity: int, **options: Any) -> None:
        progress = Progress(self.stderr.write if verbosity else lambda words: None)
        try:
            with target(file) as out:
                made, losses = make(out, progress)
            made.save()
        except (BackupError, OSError, OperationalError) as error:
            raise CommandError(f"There is no backup: {words(error)}") from error
        except KeyboardInterrupt:
            raise CommandError("There is no backup: it was interrupted.") from None
        for key in sorted(losses.missing):
            self.stderr.write(f"A row names a file that is not there: {key}")
        for key in sorted(losses.changed):
            self.stderr.write(f"Kept, but it is not what was stored: {key}")
        if verbosity:
            self.stderr.write(f"Kept: {progress.words()}.")


def target(file: str) -> AbstractContextManager[BinaryIO]:
    if file != "-":
        return whole_file(Path(file))
    if sys.stdout.isatty():
        raise BackupError("an archive is not for a terminal; name a file.")
    return nullcontext(sys.stdout.buffer)
