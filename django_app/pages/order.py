"""Positions of pages in their document: 1, 2, 3 … Each change takes two UPDATEs, by way of negative numbers, since
two pages may at no moment have the same place."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Case, F, Value, When

from django_app.documents.models import Document


class OrderMismatchError(ValueError):
    """The new order does not name exactly the pages that the document has."""


@transaction.atomic
def arrange(document: Document, ids: Sequence[int]) -> None:
    document = Document.objects.select_for_update().get(pk=document.pk)
    if sorted(ids) != sorted(document.pages.values_list("pk", flat=True)):
        raise OrderMismatchError
    if ids:
        places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(ids, 1)]
        document.pages.update(position=-F("position"))
        document.pages.update(position=Case(*places))
        document.touch()


def open_gap(document: Document, position: int) -> None:
    """What stands at `position` and behind it moves one place back."""
    document.pages.filter(position__gte=position).update(position=-F("position"))
    document.pages.filter(position__lt=0).update(position=-F("position") + 1)


def close_gap(document: Document, position: int) -> None:
    """What stood behind `position` moves one place forward."""
    document.pages.filter(position__gt=position).update(position=-F("position"))
    document.pages.filter(position__lt=0).update(position=-F("position") - 1)
