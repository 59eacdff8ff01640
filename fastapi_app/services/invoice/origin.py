"""The country of a vendor, by what is printed."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from babel import Locale

_EVIDENCE = (
    (r"\bSDN\.?\s*BHD|\bS/B\b|\b(?:SELANGOR|JOHOR|KUALA LUMPUR|PENANG|PERAK|JALAN|TAMAN)\b|\.COM\.MY\b", "MY", 3),
    (r"\b(?:GST|SST) ?(?:ID|REG)?\b.{0,12}\d{12}\b", "MY", 2),
    (r"\bRM ?\d", "MY", 1),
    (r"\bGSTIN\b|\bPVT\.? LTD|\bPRIVATE LIMITED\b|\bIFSC\b", "IN", 3),
    (r"\bGMBH\b|\bUST\b|\bMWST\b|\bUSTID|\bDE ?\d{9}\b|(?<!\w)\+49|\bDE\d{20}\b|\bSTEUER-?N", "DE", 2),
    (r"\bFR ?[0-9A-Z]{2} ?\d{9}\b|(?<!\w)\+33|\bTVA\b|\bSIRET\b|\bSARL\b|\bFR\d{2}[ \d]{10}", "FR", 2),
    (r"\bNL ?\d{9}B\d\d\b|\bBTW\b|\bB\.V\.|(?<!\w)\+31|\bNL\d\dINGB|\bKVK\b", "NL", 2),
    (r"ע\.?מ\.? ?\d{9}|ח\.?פ\.? ?\d|בע[\"״]מ|מע[\"״]מ|\.CO\.IL\b|(?<!\w)\+972", "IL", 3),
    (r"\b[A-Z]{2} \d{5}-\d{4}\b|\bINC\.|\bLLC\b|(?<!\w)\+1[ -(]", "US", 1),
    (r"\bUID\b.{0,4}ATU\d{8}|\bATU ?\d{8}\b|(?<!\w)\+43", "AT", 3),
    (r"\bCHE-?\d{3}|(?<!\w)\+41", "CH", 3),
    (r"\bGB ?\d{9}\b|(?<!\w)\+44|\.CO\.UK\b", "GB", 2),
)  # fmt: skip


def country_of(texts: Iterable[str], *, leftward: bool = False) -> str | None:
    """ISO 3166, by names of states, numbers, telephones and legal forms; None without any such evidence."""
    votes: Counter[str] = Counter({"IL": 2} if leftward else {})
    for text in texts:
        upper = text.upper()
        for pattern, country, weight in _EVIDENCE:
            votes[country] += weight * bool(re.search(pattern, upper))
        for country in _named(upper):
            votes[country] += 2
    return max(votes, key=lambda country: votes[country]) if any(votes.values()) else None


@cache
def _names() -> dict[str, str]:
    """Names of countries as people write them under an address."""
    wanted = (
        "DE",
        "FR",
        "NL",
        "BE",
        "AT",
        "CH",
        "LU",
        "GB",
        "US",
        "IL",
        "MY",
        "SG",
        "IN",
        "ES",
        "IT",
        "ID",
        "TH",
        "AU",
        "CA",
    )
    spoken = [Locale(language).territories for language in ("en", "de", "fr", "he", "nl")]
    return {names[country].upper(): country for names in spoken for country in wanted}


def _named(upper: str) -> list[str]:
    return [country for name, country in _names().items() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", upper)]
