"""Between the rows of a transcription and a layout page: {width, height, languages, engine, confidence, regions}."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from django_app.pages.models import Page, PageVersion
from django_app.texts.models import Layer, Line, LineText, Region
from django_app.users.models import User

Layout = dict[str, Any]


@transaction.atomic
def add_layer(page: Page, layout: Mapping[str, Any], *, version: PageVersion, by: User | None) -> Layer:
    """Stores what the machine read on `version`; `by` is who asked for it. Four INSERTs, however long the page."""
    layer = Layer.objects.create(
        page=page, version=version, engine=layout["engine"], languages=list(layout["languages"]), by=by
    )
    regions = Region.objects.bulk_create(
        Region(layer=layer, position=position, box=list(region["box"]))
        for position, region in enumerate(layout["regions"], start=1)
    )
    found = [
        (Line(region=row, position=position, box=list(line["box"]), direction=line["direction"]), line)
        for row, region in zip(regions, layout["regions"], strict=True)
        for position, line in enumerate(region["lines"], start=1)
    ]
    Line.objects.bulk_create(row for row, _ in found)
    LineText.objects.bulk_create(
        LineText(line=row, text=line["text"], confidence=line["confidence"], words=list(line["words"]))
        for row, line in found
    )
    return layer


def newest(page: Page) -> Layer | None:
    """The layer that is the page's text."""
    return page.layers.select_related("version", "by").order_by("-id").first()


def layout(layer: Layer) -> Layout:
    """The layer in the shape of the engine's layout page. Four queries."""
    original = layer.version if layer.version.is_original else layer.page.original
    regions = [_region(region) for region in _rows(layer)]
    return {
        "width": original.width,
        "height": original.height,
        "languages": layer.languages,
        "engine": layer.engine,
        "confidence": _confidence(line for region in regions for line in region["lines"]),
        "regions": regions,
    }


def plain(page: Layout) -> str:
    """The text alone: a line per line, an empty line between regions."""
    regions = ("\n".join(line["text"] for line in region["lines"]) for region in page["regions"])
    return "\n\n".join(regions) + "\n" if page["regions"] else ""


def _rows(layer: Layer) -> Iterable[Region]:
    history = Prefetch("texts", LineText.objects.order_by("id"))
    lines = Line.objects.order_by("position").prefetch_related(history)
    return layer.regions.order_by("position").prefetch_related(Prefetch("lines", lines))


def _region(region: Region) -> dict[str, Any]:
    return {"box": region.box, "lines": [_line(line, list(line.texts.all())[-1]) for line in region.lines.all()]}


def _line(line: Line, latest: LineText) -> dict[str, Any]:
    return {
        "text": latest.text,
        "confidence": latest.confidence,
        "box": line.box,
        "direction": line.direction,
        "words": latest.words,
    }


def _confidence(lines: Iterator[dict[str, Any]]) -> float:
    """The mean over the words by their lengths, as the engine counts it."""
    words = [word for line in lines for word in line["words"]]
    weight = sum(len(word["text"]) for word in words)
    return round(sum(word["confidence"] * len(word["text"]) for word in words) / weight, 4) if weight else 0.0
