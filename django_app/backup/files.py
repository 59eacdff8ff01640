"""The files that rows name: each goes into an archive once, however many rows name it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Self

from django_app.backup.archive import Writer
from django_app.backup.progress import Progress
from django_app.config.storage import media
from django_app.jobs.check import naming
from django_app.pages.models import PageVersion

FOLDER = "media"
# A folder of the media and a name in it, which is not hidden and leads nowhere else.
KEY = re.compile(r"(?!cache/)[a-z]+/[A-Za-z0-9_][A-Za-z0-9_.-]*")
AT_ONCE = 500


class Files:
    """Which files are in the archive (`kept`: their SHA-256) and which are to come: in a temporary table, since there
    may be millions."""

    def __init__(self, archive: Writer, progress: Progress) -> None:
        self._archive = archive
        self._progress = progress
        self._table = sqlite3.connect("", isolation_level=None)
        self._table.execute("CREATE TABLE file (key TEXT PRIMARY KEY, look INTEGER, kept TEXT) WITHOUT ROWID")
        self._look = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._table.close()

    def add_new(self) -> set[str]:
        """Puts into the archive what rows name now and is not in it yet. The keys of those that are not there."""
        self._look += 1
        note = "INSERT INTO file VALUES (?, ?, NULL) ON CONFLICT (key) DO UPDATE SET look = excluded.look"
        self._table.executemany(note, ((key, self._look) for key in named()))
        self._progress.expect(self._count())
        return {key for key in self._wanted() if not self._add(key)}

    def changed(self) -> set[str]:
        """The keys of those that are in the archive, but not as they were stored."""
        rows = PageVersion.objects.exclude(digest="").values_list("file", "digest").distinct()
        return {key for key, digest in rows.iterator() if self._digest(key) not in (digest, None)}

    def _digest(self, key: str) -> str | None:
        found = self._table.execute("SELECT kept FROM file WHERE key = ?", [key]).fetchone()
        return str(found[0]) if found and found[0] else None

    def _count(self) -> int:
        return int(
            self._table.execute("SELECT count(*) FROM file WHERE look = ? OR kept NOT NULL", [self._look]).fetchone()[0]
        )

    def _wanted(self) -> Iterator[str]:
        wanted = "SELECT key FROM file WHERE look = ? AND kept IS NULL AND key > ? ORDER BY key LIMIT ?"
        last = ""
        while some := self._table.execute(wanted, [self._look, last, AT_ONCE]).fetchall():
            yield from (key for (key,) in some)
            last = some[-1][0]

    def _add(self, key: str) -> bool:
        if not KEY.fullmatch(key):
            return False
        try:
            with media.reading(key) as (size, content):
                digest = self._archive.add(f"{FOLDER}/{key}", content, size)
        except FileNotFoundError:
            return False
        self._table.execute("UPDATE file SET kept = ? WHERE key = ?", [digest, key])
        self._progress.file(size)
        return True


def named() -> Iterator[str]:
    """Without what a job's page is being written to just now: that is begun anew after a restore."""
    for rows, column in naming(unfinished=False):
        for key in rows.order_by(column).values_list(column, flat=True).distinct().iterator():
            if key:
                yield key
