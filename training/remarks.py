"""What stands under the sums of many invoices and is none of their fields: payments made before, balances, sentences
with days in them. Put under drawn pages, so that they are learned to be passed over."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fastapi_app.services.layout import Line, Region, Word
from training.receipts import Receipt

LEFT, RIGHT = 110, 1540  # pixels of a page as wide as `samples` draws it
WIDTH, HEIGHT, STEP = 15, 28, 42  # of a letter, of a line, from line to line
LOWEST = 0.9  # of the page's height


@dataclass(frozen=True)
class Remarks:
    """In one language. `paid` and `owed`: before this invoice; `left`: what still has to be paid."""

    paid: Sequence[str]
    owed: Sequence[str]
    left: Sequence[str]
    sentences: Sequence[str]
    periods: Sequence[str]
    comma: bool = False


REMARKS = {
    "eng": Remarks(
        ("Paid", "Deposit", "Amount paid"),
        ("Outstanding as of {day}", "Previous balance"),
        ("Balance due", "Still to pay", "Amount due"),
        (
            "We will collect the amount from your account on {day} and {day}, unless you tell us otherwise.",
            "All payments that reached us until {day} have been taken into account in this statement.",
        ),
        ("Period {day} - {day}", "For the time from {day} to {day}"),
    ),
    "msa": Remarks(
        ("Telah dibayar", "Deposit"),
        ("Outstanding as of {day}",),
        ("Baki perlu dibayar",),
        ("Bayaran akan dikutip daripada akaun anda pada {day} dan {day} jika tiada perubahan dibuat.",),
        ("Tempoh {day} hingga {day}",),
    ),
    "deu": Remarks(
        ("Anzahlung", "Bereits gezahlt"),
        ("Ausstehende Forderung (Stand {day})", "Offener Saldo"),
        ("Restbetrag", "Noch zu zahlen", "zu zahlender Betrag"),
        (
            "Wir werden die Beträge am {day} und am {day} von Ihrem Konto einziehen, wie mit Ihnen vereinbart.",
            "Zahlungen, die uns bis zum {day} erreicht haben, sind in dieser Rechnung berücksichtigt worden.",
        ),
        ("Rechnungszeitraum: {day} - {day}", "für den Zeitraum vom {day} bis {day}"),
        comma=True,
    ),
    "fra": Remarks(
        ("Acompte", "Déjà réglé"),
        ("Solde antérieur au {day}",),
        ("Solde à payer", "Reste à payer"),
        ("Le montant sera prélevé sur votre compte le {day} et le {day}, sauf avis contraire de votre part.",),
        ("Période du {day} au {day}",),
        comma=True,
    ),
    "heb": Remarks(
        ("שולם על חשבון",),
        ("יתרה קודמת",),
        ("יתרה לתשלום",),
        ("הסכום ייגבה מחשבונכם בתאריך {day} ובתאריך {day} אלא אם כן תודיעו לנו אחרת מראש ובכתב.",),
        ("תקופה {day} עד {day}",),
    ),
}


def remarked(receipt: Receipt) -> Receipt:
    """With one to four such rows below its last line but those at the foot of the page."""
    page, dice = receipt.page, random.Random(receipt.name)
    total, day = Decimal(receipt.truth["total"]), date.fromisoformat(receipt.truth["date"])
    remarks = REMARKS[page.languages[0]]
    y = max(line.box[1] + line.box[3] for line in page.lines if line.box[1] < LOWEST * page.height)
    leftward = page.languages[0] == "heb"
    lines = []
    for label, amount in _rows(remarks, total, day, dice):
        y += STEP
        lines.append(_line(label, LEFT, y, page.width if leftward else 0))
        if amount:
            lines.append(_line(amount, LEFT if leftward else RIGHT - WIDTH * len(amount), y))
    more = page.model_copy(update={"regions": (*page.regions, *(Region.of([line]) for line in lines))})
    return Receipt(f"{receipt.name} remarked", more, receipt.truth)


def _rows(remarks: Remarks, total: Decimal, day: date, dice: random.Random) -> Iterator[tuple[str, str]]:
    def said(text: str) -> str:
        while "{day}" in text:
            near = day + timedelta(days=dice.randint(-60, 200))
            text = text.replace("{day}", near.strftime("%d.%m.%Y" if remarks.comma else "%d/%m/%Y"), 1)
        return text

    def money(amount: Decimal) -> str:
        return f"{amount:.2f}".replace(".", "," if remarks.comma else ".")

    if dice.random() < 0.5:
        is_paid = dice.random() < 0.6
        before = (total * dice.randint(1, 9) / 10).quantize(Decimal("0.01"))
        yield said(dice.choice(remarks.paid if is_paid else remarks.owed)), money(before)
        yield dice.choice(remarks.left), money(total - before if is_paid else total + before)
    for sentences in (remarks.periods, remarks.sentences):
        if dice.random() < 0.6:
            yield said(dice.choice(sentences)), ""


def _line(text: str, x: int, y: int, width: int = 0) -> Line:
    """From x to the right; on a page of a given width as far from its right edge, to the left."""
    words, at = [], 0
    for word in text.split():
        left = width - x - WIDTH * (at + len(word)) if width else x + WIDTH * at
        words.append(Word(text=word, confidence=1.0, box=(left, y, WIDTH * len(word), HEIGHT)))
        at += len(word) + 1
    return Line.of(words)
