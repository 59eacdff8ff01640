"""When two readings mean the same vendor or the same number: spelling, legal forms and confusions of OCR put aside."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

LEGAL_FORMS = """
    ag gmbh mbh kg kgaa ohg gbr ug ek ev eg se co cie company ltd limited plc llp llc inc corp corporation sa sas sarl
    sasu eurl snc sl slu srl spa sapa bv nv vof oy oyj ab as asa aps kft zrt nyrt doo sro spol sp z oo sdn bhd pte pty
    ltda lda בעמ
"""
"""Words that say what a company is in law, dots left out."""

TWINS = str.maketrans("0158|", "olsbl")
"""Characters that OCR takes for one another, as letters; and the other way round in numbers."""
DIGIT_TWINS = str.maketrans("oilsb|", "011581")

SAME_NAME = 90.0
"""Least similarity (0 to 100) of two names of one vendor: one wrong letter in ten."""


@lru_cache(maxsize=20_000)
def vendor_key(name: str) -> str:
    """The letters of a vendor's name that count; "" for none."""
    words = re.findall(r"\w+", _plain(name).replace(".", "").replace("_", " "))
    kept = [word for word in (word.translate(TWINS) for word in words) if word not in _LEGAL_KEYS]
    return "".join(kept or words).translate(TWINS).replace("i", "l")


@lru_cache(maxsize=20_000)
def number_key(number: str) -> str:
    """What tells invoice numbers of a vendor apart: letters and digits, without leading zeros."""
    return "".join(re.findall(r"[^\W_]", _plain(number))).translate(DIGIT_TWINS).lstrip("0")


def tax_key(number: str) -> str:
    """Letters and digits in capitals."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def same_name(one: str, other: str) -> bool:
    """Of two vendor keys; nothing is the same as no name."""
    return bool(one and other) and fuzz.ratio(one, other, score_cutoff=SAME_NAME) > 0


def _plain(text: str) -> str:
    """Lower case, without accents and points."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\"'״׳’`]", "", "".join(part for part in parts if not unicodedata.combining(part)))


_LEGAL_KEYS = frozenset(form.translate(TWINS) for form in LEGAL_FORMS.split())
