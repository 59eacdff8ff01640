"""Words as they stand on paper, letters from left to right: what readers of PDF expect of a text and turn back.

Where a PDF's text is copied, poppler, PDFium and pdf.js order it by place and apply the bidirectional algorithm to
find its logical order; a text written in logical order, or mirrored, comes out reversed from one or another of them.
"""

import re
import unicodedata

LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-z\u00c0-\u024f]+(?:[.,:/'’-][0-9A-Za-z\u00c0-\u024f]+)*")
MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")  # as the signs are drawn between letters from right to left


def visual(word: str) -> str:
    if not any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in word):
        return word
    return LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], word[::-1]).translate(MIRRORED)
