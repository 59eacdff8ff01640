"""Whose invoice it is, and their address: a chain over the first lines of a page (conditional random field).

Every line gets one of three tags: vendor, address, other. The weights lie in `models/invoice.json`; decoding is
Viterbi's, confidences come from forward and backward sums (Lafferty, McCallum, Pereira 2001).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from fastapi_app.services.invoice.chain import Chain
from fastapi_app.services.invoice.header import Heading, headings
from fastapi_app.services.invoice.paper import Paper
from fastapi_app.services.invoice.ranking import Candidate, Choice
from fastapi_app.services.invoice.rows import Span
from fastapi_app.services.invoice.spelling import corrected, corrected_address

_REGISTERED = re.compile(
    r"[\s,:;.-]*[(\[{]?\s*(?:co\.?\s*(?:reg)?\.?\s*(?:no)?[.:]?\s*|reg(?:istration)?\.?\s*no\.?[.:]?\s*|roc[.:]?\s*)?"
    r"[A-Z]{0,3}[-.]?\d{5,}\s*-?\s*[A-Z0-9]{0,2}\s*[)\]}]?[\s.,]*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\s*(?:(?:hq |head office |company )?(?:add(?:ress)?|anschrift|adresse|alamat|כתובת|name|firma)"
    r"|sold by|seller|verkäufer|vendeur|supplier)\s*[:.]+\s*",
    re.IGNORECASE,
)


_FORM = re.compile(
    r"^\W*(?:sdn|bhd|s/b|gmbh|ag|ltd|limited|inc|co|kg|sarl|b\.?v)\b[\W]*(?:\w{2,3}\W*){0,2}$", re.IGNORECASE
)
LEAST = 0.02  # probability: what is less likely is not worth correcting


def vendor_and_address(paper: Paper) -> tuple[list[Choice], list[Choice]]:
    """Names and addresses, the likeliest first."""
    lines = headings(paper)
    if not lines:
        return [], []
    chain = Chain.of([line.features for line in lines])
    tags = chain.best()
    vendors = _choices("vendor", lines, tags, chain)
    if not vendors or vendors[0].probability < UNSURE:
        vendors = [*_called_seller(paper), *vendors]
    return vendors, _choices("address", lines, tags, chain)


def _called_seller(paper: Paper) -> Iterator[Choice]:
    """The name that stands after the word for a seller, or in one of the rows under it, where it may be called so."""
    for at, row in enumerate(paper.rows):
        if not _SELLER.match(row.text):
            continue
        for other in (row, *paper.rows[at + 1 : at + 1 + UNDER_SELLER]):
            name = (_SELLER_NAME if other is row or ":" in other.text else _ANY_NAME).match(other.text)
            if name and other.page == row.page:
                span = other.span(*name.span("name"))
                yield Choice(Candidate(bare("vendor", span.raw), span), CALLED_SO)
                return


UNSURE, CALLED_SO = 0.3, 0.8
UNDER_SELLER = 4  # rows
_SELLER = re.compile(r"^\W*(?:verkäufer|vendeur|seller|sold by|penjual|ספק|מוכר)\b\s*(?::|$)", re.IGNORECASE)
_SELLER_NAME = re.compile(
    r"^\W*(?:name|firma|verkäufer|vendeur|seller|sold by|penjual|nom)\s*:\s*(?P<name>\w[^:\t]{2,})", re.IGNORECASE
)
_ANY_NAME = re.compile(r"^(?P<name>[^\W\d][^:\t]{2,})")


def _choices(tag: str, lines: Sequence[Heading], tags: Sequence[str], chain: Chain) -> list[Choice]:
    runs = list(_runs(tag, tags)) or [(at := chain.likeliest(tag), at + 1)]
    if tag == "vendor":
        runs = [(start - (start > 0 and _is_form(lines[start:end])), end) for start, end in runs]
    found = [
        Choice(Candidate(value, span), chain.probability(tag, start, end))
        for start, end in runs
        for value, span in [_joined(tag, lines[start:end])]
        if value
    ]
    return sorted((choice for choice in found if choice.probability > LEAST), key=lambda choice: -choice.probability)


def _is_form(lines: Sequence[Heading]) -> bool:
    """Nothing but a legal form: the end of the line before."""
    return len(lines) == 1 and bool(_FORM.match(lines[0].cell.text))


def _runs(tag: str, tags: Sequence[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for each, run in groupby(tags):
        length = len(list(run))
        if each == tag:
            yield at, at + length
        at += length


def _joined(tag: str, lines: Sequence[Heading]) -> tuple[str, Span]:
    span = lines[0].cell.span
    for line in lines[1:]:
        span += line.cell.span
    value = bare(tag, span.raw)
    return (corrected(value) if tag == "vendor" else corrected_address(value)), span


def bare(tag: str, text: str) -> str:
    """Without a label before it, a name without the number of a register after it."""
    value = _LEAD.sub("", text)
    return (_REGISTERED.sub("", value) if tag == "vendor" else value).strip(" ,;:-|*")
