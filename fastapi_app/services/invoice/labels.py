"""Finds labels in a row: what `words` lists, also where an engine has misread a letter or left out a space."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import Levenshtein

from fastapi_app.services.invoice import words
from fastapi_app.services.invoice.dates import fold

_WORD = re.compile(r"[^\W_]+(?:[\"״׳'’][^\W_]+)*")
_MISREAD = str.maketrans("0158|", "oisbl")
_LONG = 5  # letters: one may be wrong
_LONGER = 9  # two
_SHORTEST_PART = 3  # letters, of words that stand without a space


@dataclass(frozen=True)
class Label:
    """Its kind, and where it stands in the text."""

    kind: str
    start: int
    end: int
    words: int


@dataclass(frozen=True)
class Lexicon:
    phrases: Mapping[tuple[str, ...], str]
    known: frozenset[str]
    longest: int


@cache
def lexicon(name: str) -> Lexicon:
    """AMOUNTS, DATES, NUMBERS or COLUMNS of `words`. Of a phrase that stands in two kinds the first counts."""
    kinds: Mapping[str, str] = getattr(words, name)
    phrases: dict[tuple[str, ...], str] = {}
    for kind, listed in kinds.items():
        for phrase in listed.split(";"):
            phrases.setdefault(tuple(phrase.split()), kind)
    return Lexicon(phrases, frozenset(word for phrase in phrases for word in phrase), max(map(len, phrases)))


def labels(text: str, name: str) -> list[Label]:
    """The labels of a text, from its start on; the longest where they overlap."""
    lexicon_ = lexicon(name)
    tokens = list(_tokens(text, name))
    found, at = [], 0
    while at < len(tokens):
        for length in range(min(lexicon_.longest, len(tokens) - at), 0, -1):
            kind = lexicon_.phrases.get(tuple(word for word, _, _ in tokens[at : at + length]))
            if kind:
                found.append(Label(kind, tokens[at][1], tokens[at + length - 1][2], length))
                at += length
                break
        else:
            at += 1
    return found


def kinds(text: str, name: str) -> frozenset[str]:
    return frozenset(label.kind for label in labels(text, name))


def _tokens(text: str, name: str) -> Iterator[tuple[str, int, int]]:
    for match in _WORD.finditer(text):
        for word in _known(match[0], name):
            yield word, match.start(), match.end()


@cache
def _known(word: str, name: str) -> tuple[str, ...]:
    """The words of the lexicon that a printed word stands for, or itself."""
    known = lexicon(name).known
    folded = re.sub(r"[\"״׳'’]", "", fold(word))
    if folded in known:
        return (folded,)
    parts = re.split(r"[\"״׳'’]", fold(word))
    if len(parts) > 1 and all(part in known for part in parts):
        return tuple(parts)
    letters = folded.translate(_MISREAD) if not folded.isdecimal() else folded
    return _cut(letters, known) or _near(letters, known) or (folded,)


def _cut(letters: str, known: frozenset[str]) -> tuple[str, ...]:
    """TOTALSALES is total, sales."""
    for end in range(len(letters), _SHORTEST_PART - 1, -1):
        if letters[:end] in known:
            if end == len(letters):
                return (letters,)
            rest = _cut(letters[end:], known) or ((letters[end:],) if letters[end:] in ("no", "nr", "id", "rm") else ())
            if rest:
                return (letters[:end], *rest)
    return ()


def _near(letters: str, known: frozenset[str]) -> tuple[str, ...]:
    if len(letters) < _LONG or not letters.isalpha():
        return ()
    most = 2 if len(letters) >= _LONGER else 1
    near = [
        word for word in known if len(word) >= _LONG and Levenshtein.distance(word, letters, score_cutoff=most) <= most
    ]
    return (min(near, key=lambda word: (Levenshtein.distance(word, letters), word)),) if near else ()
