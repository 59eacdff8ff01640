"""What a benchmark is asked for, and the table that it answers with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """pages: a folder instead of drawn pages. languages: what the pages of the folder are written in. limit: of its
    pages, the first so many. server: the address of a Recto to ask as well. soak: minutes of a steady load."""

    pages: Path | None = None
    languages: tuple[str, ...] = ("eng",)
    limit: int | None = None
    server: str | None = None
    soak: float | None = None


@dataclass(frozen=True)
class Table:
    """Rows under a head; None is a cell with nothing in it. The notes say what the figures are."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        cells = [["" if cell is None else str(cell) for cell in row] for row in (self.head, *self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self.head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
        return "\n".join("  " + line.rstrip() for line in (*lines, *self.notes))

    def facts(self) -> dict[str, object]:
        """The same for programs."""
        rows = [dict(zip(self.head, row, strict=True)) for row in self.rows]
        return {"rows": rows, "notes": self.notes}
