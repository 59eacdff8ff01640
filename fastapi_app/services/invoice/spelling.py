"""Names and addresses without what engines misread most: digits for letters, letters for digits, words of addresses.

Only what cannot be meant is changed: 8ESAR, 475O0, JAIAN, S7B.
"""

import re

from rapidfuzz.distance import Levenshtein

_LETTERS = str.maketrans("015682", "OISGBZ")
_FIGURES = str.maketrans("OoQDlISB", "00001158")
_LED_BY_DIGIT = re.compile(r"(?<![\w.])[01568](?=[A-Z]{3,}(?!\w))(?!(?:ST|ND|RD|TH)(?!\w))")
_DIGIT_INSIDE = re.compile(r"(?<=[A-Z]{2})[0158](?=[A-Z]{2})")
_DIGIT_IN_INITIALS = re.compile(r"(?<=\w\.)[01](?=\.\w)")
_LETTER_INSIDE = re.compile(r"(?<=\d)[OoQlI](?=\d)|(?<=\d\d)[OoQ](?![^\W_])|(?<=\d)[Oo](?=,)")
_LOT = re.compile(r"^(?:[EL1lI][.]?[O0o][tTiIl1])(?=[ .]?\s*[\dP])", re.IGNORECASE)
_LEGAL = (
    (re.compile(r"\bS[7I1l|]B\b"), "S/B"),
    (re.compile(r"\bS[DO0][NMH]\.? ?[B8]H[DO0]\b"), "SDN BHD"),
    (re.compile(r"\(([A-Z]{1,3})[I1l|](?=SDN\b)"), r"(\1) "),
)
_WORDS = """
    JALAN LORONG PERSIARAN LEBUHRAYA TAMAN KAWASAN PERINDUSTRIAN BANDAR KAMPUNG SEKSYEN SECTION PLAZA KOMPLEKS MENARA
    SELANGOR JOHOR KUALA LUMPUR PENANG PULAU PINANG PERAK MELAKA PAHANG KEDAH SABAH SARAWAK TERENGGANU KELANTAN
    MALAYSIA KLANG PETALING SUBANG KAJANG CHERAS PUCHONG BAHRU DARUL EHSAN TAKZIM SERDANG KEMBANGAN GROUND FLOOR
    STREET AVENUE HIGHWAY CENTRE INDUSTRIAL DEUTSCHLAND STRASSE FRANCE BOULEVARD ISRAEL NEDERLAND
"""
_KNOWN = frozenset(_WORDS.split())
_WORD = re.compile(r"[^\W\d_]{5,}")


def corrected(text: str) -> str:
    """A name as it was meant."""
    if text.upper() == text:
        text = _LED_BY_DIGIT.sub(lambda match: match[0].translate(_LETTERS), text)
        text = _DIGIT_INSIDE.sub(lambda match: match[0].translate(_LETTERS), text)
    text = _DIGIT_IN_INITIALS.sub(lambda match: match[0].translate(_LETTERS), text)
    for pattern, meant in _LEGAL:
        text = pattern.sub(meant, text)
    return text


def corrected_address(text: str) -> str:
    """The same, and words that every address of a country has."""
    text = _LETTER_INSIDE.sub(lambda match: match[0].translate(_FIGURES), corrected(text))
    text = _LOT.sub(lambda match: "LOT" if match[0].isupper() or not match[0][-1].islower() else "Lot", text)
    return _WORD.sub(lambda match: _meant(match[0]), text)


def _meant(word: str) -> str:
    """The only word of addresses that is one letter away, in the case of the original."""
    upper = word.upper()
    if upper in _KNOWN:
        return word
    near = [known for known in _KNOWN if len(known) == len(upper) and Levenshtein.distance(known, upper) == 1]
    if len(near) != 1:
        return word
    return near[0] if word.isupper() else near[0].capitalize() if word[0].isupper() else near[0].lower()
