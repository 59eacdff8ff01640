"""Languages by their names, in the reader's own language."""

import pytest
from django.utils import translation

from django_app.texts.languages import language_name
from django_app.texts.templatetags.texts import choose_languages


@pytest.mark.parametrize(
    ("code", "english", "hebrew"),
    [
        ("heb", "Hebrew", "עברית"),
        ("msa", "Malay", "מלאית"),
        ("grc", "Ancient Greek", "יוונית עתיקה"),
        ("chi_sim", "Chinese (sim)", "סינית (sim)"),
        ("frk", "frk", "frk"),
        ("", "", ""),
    ],
)
def test_names(code: str, english: str, hebrew: str) -> None:
    for tongue, name in (("en", english), ("he", hebrew), ("en-gb", english)):
        with translation.override(tongue):
            assert language_name(code) == name


@pytest.mark.parametrize(
    ("installed", "chosen", "boxes"),
    [
        (["deu", "eng", "osd"], ("eng", "heb"), {"deu": False, "eng": True}),
        (["deu", "eng"], ["deu", "tlh"], {"deu": True, "eng": False}),
        ([], ["deu"], {"deu": True}),
    ],
)
def test_boxes(installed: list[str], chosen: list[str], boxes: dict[str, bool]) -> None:
    """One for each language that is installed, but none for the model that finds a page's orientation."""
    choices = choose_languages("read", installed, chosen)["choices"]
    assert {code: is_chosen for _, code, _, is_chosen in choices} == boxes
    assert choices[0][0] == f"read-{next(iter(boxes))}"
