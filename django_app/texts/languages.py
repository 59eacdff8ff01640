"""Languages by their names. Tesseract's codes are those of ISO 639-2, some with a script or an age behind them."""

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language

USUAL = ("eng", "heb")
"""What a page is read in until somebody says otherwise."""

CODES = get_global("language_aliases")
"""Three letters → the two that Babel (CLDR) knows the language by, where it has two."""


def language_name(code: str) -> str:
    """In the reader's own language: deu → German, chi_sim → Chinese (sim); the code itself where nobody knows it."""
    base, _, kind = code.partition("_")
    name = Locale.parse(get_language() or "en", sep="-").languages.get(CODES.get(base, base))
    if name is None:
        return code
    return f"{name} ({kind})" if kind else str(name)
