"""What an invoice's pages say as a whole: rows, the decimal mark, which way dates are written, the country."""

from dataclasses import dataclass
from functools import cached_property
from statistics import median

from fastapi_app.services.invoice import dates, numbers, origin
from fastapi_app.services.invoice.labels import Label, labels
from fastapi_app.services.invoice.rows import Cell, Row, blocks_of, rows_of
from fastapi_app.services.layout import Box, Page, direction_of

COMMA_LANGUAGES = frozenset(("deu", "fra", "nld", "spa", "ita"))


@dataclass(frozen=True)
class Paper:
    """`languages` as Tesseract names them; what the pages were read in."""

    pages: tuple[Page, ...]
    languages: tuple[str, ...]

    @cached_property
    def rows(self) -> list[Row]:
        return rows_of(self.pages)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(row): at for at, row in enumerate(self.rows)}

    @cached_property
    def blocks(self) -> list[list[Cell]]:
        return blocks_of(self.rows)

    @cached_property
    def texts(self) -> list[str]:
        return [row.text for row in self.rows]

    @cached_property
    def country(self) -> str | None:
        return origin.country_of(self.texts, leftward=self.leftward)

    @cached_property
    def leftward(self) -> bool:
        return direction_of("".join(self.texts)) == "rtl"

    @cached_property
    def mark(self) -> numbers.Mark:
        default: numbers.Mark = "," if self.languages and self.languages[0] in COMMA_LANGUAGES else "."
        return numbers.decimal_mark(self.texts, default)

    @cached_property
    def month_first(self) -> bool:
        return dates.is_month_first(self.texts, self.country)

    @cached_property
    def height(self) -> float:
        """Of the middle line, in pixels."""
        return float(median(row.height for row in self.rows)) if self.rows else 1.0

    def depth(self, row: Row) -> float:
        """How far down its page a row stands, 0 to 1."""
        return min(1.0, max(0.0, (row.box[1] + row.box[3] / 2) / max(1, self.pages[row.page - 1].height)))

    def said_above(self, row: Row, box: Box, most: int, lexicon: str) -> list[str]:
        """Kinds of the labels that stand over a box, of the nearest row that has any, in at most so many rows."""
        at = self._places[id(row)]
        for other in reversed(self.rows[max(0, at - most) : at]):
            if other.page != row.page:
                break
            said = [label for label in labels(other.text, lexicon) if _is_over(other, label, box)]
            if said:
                return [label.kind for label in said]
        return []


def _is_over(row: Row, label: Label, box: Box) -> bool:
    """By its words; a little to one side, too, as headers are not always aligned with their columns."""
    x, _, width, height = row.span(label.start, label.end).box
    return min(x + width, box[0] + box[2]) - max(x, box[0]) > -height / 2
