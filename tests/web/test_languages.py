"""Languages by their names, in the reader's own language."""

import pytest
from django.utils import translation

from django_app.texts.languages import language_name


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
