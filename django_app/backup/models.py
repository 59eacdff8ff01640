"""When the last backup was made: a row for each that came to its end."""

from datetime import timedelta

from django.db import models


class Backup(models.Model):
    """`rows`, `files`: how many the archive holds; `missing`: files that rows name and that were not there.
    `size`: of the archive, in bytes. `recto_version`: of whoever wrote it."""

    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_index=True)
    rows = models.PositiveBigIntegerField()
    files = models.PositiveBigIntegerField()
    missing = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    recto_version = models.CharField(max_length=20)

    class Meta:
        ordering = ("-finished_at",)
        get_latest_by = "finished_at"

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M}"

    @property
    def took(self) -> timedelta:
        return self.finished_at - self.begun_at
