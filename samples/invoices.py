"""Invoices and receipts that the project draws, in five languages, and what they say.

paper = invoice(GERMAN, seed=7)      an A4 page; receipt(MALAY, seed=7): a narrow one
paper.truth                          what has to be read, named as in services/invoice/models.py
paper.pixels()                       the page; paper.words: where every word stands
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from PIL import Image, ImageDraw
from stdnum import iban

from samples.drawing import Pixels, _runs, font, is_hebrew
from samples.invoice_words import Tongue

CENT = Decimal("0.01")
A4 = (1654, 2339)  # pixels at 200 dpi
SIZE = 30  # of the letters of an invoice, in pixels
MARGIN = 140
LEADING = 1.5
NUMBER_SIGNS = ("", "#", "Nr.")
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Item:
    description: str
    quantity: int
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Drawn:
    """A run of words on a level baseline: x is where it begins or, `leftward`, where it ends on the right."""

    text: str
    x: float
    baseline: float
    size: int
    bold: bool = False
    leftward: bool = False

    def words(self) -> Iterator[tuple[str, float]]:
        """Every word and its left edge, in logical order."""
        at, space = self.x, font("latin", self.size, self.weight).getlength(" ")
        for word in self.text.split(" "):
            width = self.length(word)
            yield word, at - width if self.leftward else at
            at += -(width + space) if self.leftward else width + space

    @property
    def weight(self) -> int:
        return 700 if self.bold else 400

    def length(self, word: str) -> float:
        return sum(font(script, self.size, self.weight).getlength(run) for script, run in _runs(word))


@dataclass(frozen=True)
class Paper:
    """A drawn page. `truth`: fields as they have to be read; `items`: what was bought; `lines`: what is printed."""

    width: int
    height: int
    tongue: Tongue
    truth: Mapping[str, str]
    items: Sequence[Item]
    lines: Sequence[Drawn] = field(repr=False, default=())

    def pixels(self) -> Pixels:
        """(height, width) uint8, black on white."""
        page = Image.new("L", (self.width, self.height), 255)
        pen = ImageDraw.Draw(page)
        for line in self.lines:
            for word, left in line.words():
                _draw_word(pen, word, left, line)
        return np.asarray(page)

    def words(self) -> Iterator[list[tuple[str, Box]]]:
        """The words of every line with their boxes, as an engine would find them."""
        for line in self.lines:
            yield [
                (word, (round(left), round(line.baseline - 0.75 * line.size), round(line.length(word)), line.size))
                for word, left in line.words()
                if word
            ]


def _draw_word(pen: ImageDraw.ImageDraw, word: str, left: float, line: Drawn) -> None:
    """Runs of a Hebrew word stand from right to left."""
    runs = list(_runs(word))
    for script, run in reversed(runs) if is_hebrew(word) else runs:
        face = font(script, line.size, line.weight)
        pen.text((left, line.baseline), run, fill=0, font=face, anchor="ls")
        left += face.getlength(run)


class Sheet:
    """A page while it is laid out: positions count from the side where its language begins."""

    def __init__(self, width: int, tongue: Tongue, size: int) -> None:
        self.width, self.tongue, self.size = width, tongue, size
        self.lines: list[Drawn] = []
        self.y = 0.0

    def put(self, text: str, x: float, *, end: bool = False, size: int | None = None, bold: bool = False) -> None:
        """Begins at x, or ends there."""
        size = size or self.size
        mirrored = self.tongue.language == "heb"
        leftward = is_hebrew(text)
        drawn = Drawn(text, 0, self.y, size, bold)
        space = font("latin", size, drawn.weight).getlength(" ")
        length = sum(drawn.length(word) + space for word in text.split(" ")) - space
        near = x - length if end else x
        left = self.width - near - length if mirrored else near
        self.lines.append(Drawn(text, left + length if leftward else left, self.y, size, bold, leftward))

    def centre(self, text: str, *, size: int | None = None, bold: bool = False) -> None:
        drawn = Drawn(text, 0, 0, size or self.size, bold)
        self.put(text, (self.width - drawn.length(text.replace(" ", "\u2002"))) / 2, size=size, bold=bold)

    def down(self, lines: float = 1) -> None:
        self.y += lines * self.size * LEADING


@dataclass(frozen=True)
class Deal:
    """What an invoice says, before it is laid out."""

    tongue: Tongue
    dice: random.Random = field(repr=False)
    vendor: str
    street: str
    city: str
    number: str
    day: date
    due: date
    items: tuple[Item, ...]
    rate: int
    iban: str

    @property
    def net(self) -> Decimal:
        return sum((item.amount for item in self.items), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return (self.net * self.rate / 100).quantize(CENT, ROUND_HALF_UP)

    def pick(self, words: Sequence[str]) -> str:
        return filled(self.dice.choice(words), self.dice)

    def money(self, amount: Decimal, *, sign: bool = False) -> str:
        tongue = self.tongue
        text = f"{amount:,.2f}".replace(",", "g").replace(".", tongue.mark).replace("g", tongue.group)
        if not sign:
            return text
        return f"{tongue.sign} {text}" if tongue.mark == "." else f"{text} {tongue.sign}"

    def written(self, day: date) -> str:
        style = self.dice.choice(self.tongue.dates).replace("%B", self.tongue.months[day.month - 1])
        return day.strftime(style)


def filled(text: str, dice: random.Random) -> str:
    """Digits for the places that are left open."""
    text = text.replace("{n}", str(dice.randint(1, 99)))
    for name, length in (("nine", 9), ("seven", 7), ("nnnn", 4), ("nnn", 3), ("nn", 2)):
        while "{" + name + "}" in text:
            text = text.replace("{" + name + "}", "".join(dice.choices("123456789", k=length)), 1)
    return text


def _deal(tongue: Tongue, seed: int) -> Deal:
    dice = random.Random(f"{tongue.language} {seed}")
    day = date(2015, 1, 1) + timedelta(days=dice.randint(0, 4300))
    goods = dice.sample(tongue.goods, dice.randint(1, 6))
    items = tuple(Item(name, dice.choice((1, 1, 2, 3, 10)), _price(dice)) for name in goods)
    return Deal(
        tongue=tongue,
        dice=dice,
        vendor=f"{dice.choice(tongue.names)} {dice.choice(tongue.forms)}".strip(),
        street=filled(dice.choice(tongue.streets), dice),
        city=filled(dice.choice(tongue.cities), dice),
        number=_number(dice, day),
        day=day,
        due=day + timedelta(days=dice.choice((7, 14, 30))),
        items=items,
        rate=dice.choice(tongue.rates),
        iban=_iban(tongue.country, dice),
    )


def _price(dice: random.Random) -> Decimal:
    return Decimal(dice.choice((dice.randint(20, 999), dice.randint(1000, 30000)))) / 100


def _number(dice: random.Random, day: date) -> str:
    number = dice.randint(1, 99999)
    return dice.choice(
        (f"{number:05d}", f"INV-{number}", f"{day.year}-{number:04d}", f"RE{day:%y%m}/{number}", f"A{number}")
    )


def _iban(country: str, dice: random.Random) -> str:
    """With the right check digits; for countries without such numbers a German one."""
    digits = "".join(dice.choices("0123456789", k=18))
    body = {"FR": digits + "12345", "GB": "WEST" + digits[:14], "IL": digits + "0"}.get(country, digits)
    prefix = country if country in ("FR", "GB", "IL") else "DE"
    return iban.format(f"{prefix}{iban.calc_check_digits(f'{prefix}00{body}')}{body}") if prefix != "FR" else ""


def _truth(deal: Deal, total: Decimal, **more: str) -> dict[str, str]:
    return {
        "vendor": deal.vendor,
        "vendor_address": f"{deal.street} {deal.city}",
        "invoice_number": deal.number,
        "date": deal.day.isoformat(),
        "currency": deal.tongue.currency,
        "subtotal": str(deal.net.quantize(CENT)),
        "tax": str(deal.tax),
        "total": str(total.quantize(CENT)),
        **more,
    }


def invoice(tongue: Tongue, seed: int) -> Paper:
    """An A4 page with a letterhead, the buyer, a table and sums; laid out in one of several ways."""
    deal = _deal(tongue, seed)
    sheet = Sheet(A4[0], tongue, SIZE)
    sheet.y = MARGIN + SIZE
    _letterhead(sheet, deal)
    more = _particulars(sheet, deal)
    _table(sheet, deal)
    total = deal.net + deal.tax
    _sums(sheet, deal, total)
    _foot(sheet, deal)
    more |= {"iban": deal.iban.replace(" ", "")} if deal.iban else {}
    return Paper(*A4, tongue, _truth(deal, total, **more), deal.items, sheet.lines)


def _letterhead(sheet: Sheet, deal: Deal) -> None:
    right = deal.dice.random() < 0.3
    x = 1050 if right else MARGIN
    sheet.put(deal.vendor, x, size=deal.dice.choice((SIZE, 38, 46)), bold=deal.dice.random() < 0.6)
    sheet.down(1.4)
    for text in (deal.street, deal.city, deal.pick(deal.tongue.telephone), deal.pick(deal.tongue.tax_id)):
        sheet.put(text, x)
        sheet.down()
    sheet.down(deal.dice.uniform(0.5, 2))


def _particulars(sheet: Sheet, deal: Deal) -> dict[str, str]:
    """The buyer on one side, numbers and dates on the other or in the title. What else is told by them."""
    tongue, dice = deal.tongue, deal.dice
    title, told = _title(deal)
    more: dict[str, str] = {}
    if dice.random() < 0.6:
        told.append((deal.pick(tongue.due), deal.written(deal.due)))
        more["due_date"] = deal.due.isoformat()
    if dice.random() < 0.5:
        told.append((deal.pick(tongue.other_date), deal.written(deal.day - timedelta(days=dice.randint(1, 9)))))
    dice.shuffle(told)
    if dice.random() < 0.3:
        sheet.put(f" {dice.choice('-·|')} ".join((deal.vendor, deal.street, deal.city)), MARGIN, size=18)
        sheet.down()
    in_a_row = dice.random() < 0.25
    _beside(sheet, _buyer(deal), () if in_a_row else told)
    if in_a_row:
        _in_a_row(sheet, told)
    sheet.put(title, MARGIN, size=44, bold=True)
    sheet.down(2)
    return more


def _title(deal: Deal) -> tuple[str, list[tuple[str, str]]]:
    """With the number and the date, or else they are told elsewhere."""
    tongue, dice = deal.tongue, deal.dice
    number = (deal.pick(tongue.number), deal.number)
    day = (deal.pick(tongue.date), deal.written(deal.day))
    customer = (deal.pick(tongue.customer_number), str(dice.randint(1000, 99999)))
    title = deal.pick(tongue.titles)
    if dice.random() < 0.7:
        return title, [number, day, customer]
    title = f"{title} {dice.choice(NUMBER_SIGNS)} {deal.number}"
    if tongue.since and dice.random() < 0.6:
        return f"{title} {tongue.since} {deal.written(deal.day)}", [customer]
    return title, [day, customer]


def _buyer(deal: Deal) -> list[str]:
    buyer = _deal(deal.tongue, deal.dice.randint(10**6, 10**7))
    return [text for text in (deal.pick(deal.tongue.bill_to), buyer.vendor, buyer.street, buyer.city) if text]


def _beside(sheet: Sheet, address: Sequence[str], told: Sequence[tuple[str, str]]) -> None:
    for number in range(max(len(told), len(address))):
        if number < len(address):
            sheet.put(address[number], MARGIN)
        if number < len(told):
            sheet.put(told[number][0], 950)
            sheet.put(told[number][1], 1290)
        sheet.down()
    sheet.down()


def _in_a_row(sheet: Sheet, told: Sequence[tuple[str, str]]) -> None:
    """Labels over what they name."""
    for row in zip(*told, strict=True):
        for number, text in enumerate(row):
            sheet.put(text, MARGIN + number * 290, size=24)
        sheet.down()
    sheet.down()


def _table(sheet: Sheet, deal: Deal) -> None:
    name, quantity, price, amount = (deal.pick(column) for column in deal.tongue.columns)
    ends = (1000, 1240, A4[0] - MARGIN)
    sheet.put(name, MARGIN + 60, bold=True)
    for text, end in zip((quantity, price, amount), ends, strict=True):
        sheet.put(text, end, end=True, bold=True)
    sheet.down(1.3)
    for number, item in enumerate(deal.items, 1):
        sheet.put(str(number), MARGIN)
        sheet.put(item.description, MARGIN + 60)
        cells = (str(item.quantity), deal.money(item.unit_price), deal.money(item.amount))
        for text, end in zip(cells, ends, strict=True):
            sheet.put(text, end, end=True)
        sheet.down()
    sheet.down()


def _sums(sheet: Sheet, deal: Deal, total: Decimal) -> None:
    tongue, sign = deal.tongue, deal.dice.random() < 0.6
    rows = ((deal.pick(tongue.subtotal), deal.net), (deal.pick(tongue.tax), deal.tax), (deal.pick(tongue.total), total))
    for number, (label, amount) in enumerate(rows):
        sheet.put(label.replace("{rate}", str(deal.rate)), 900, bold=number == 2)
        sheet.put(deal.money(amount, sign=sign), A4[0] - MARGIN, end=True, bold=number == 2)
        sheet.down(1.2)
    sheet.down()


def _foot(sheet: Sheet, deal: Deal) -> None:
    sheet.put(deal.pick(deal.tongue.thanks), MARGIN)
    sheet.y = A4[1] - 160
    if deal.iban:
        sheet.put(f"IBAN {deal.iban}", MARGIN, size=24)


def receipt(tongue: Tongue, seed: int) -> Paper:
    """A narrow page as a till prints it."""
    deal = _deal(tongue, seed)
    width, size = 640, 26
    sheet = Sheet(width, tongue, size)
    sheet.y = 60.0
    for number, text in enumerate(
        (deal.vendor, deal.street, deal.city, deal.pick(tongue.telephone), deal.pick(tongue.tax_id))
    ):
        sheet.centre(text, bold=number == 0, size=size + 6 if number == 0 else None)
        sheet.down()
    sheet.down(0.5)
    for label, value in ((deal.pick(tongue.number), deal.number), (deal.pick(tongue.date), deal.written(deal.day))):
        sheet.put(f"{label} {value}", 40)
        sheet.down()
    sheet.down(0.5)
    for item in deal.items:
        sheet.put(item.description, 40)
        sheet.down()
        sheet.put(f"{item.quantity} x {deal.money(item.unit_price)}", 70)
        sheet.put(deal.money(item.amount), width - 40, end=True)
        sheet.down()
    total = deal.net + deal.tax
    cash = (total / 10).to_integral_value(ROUND_HALF_UP) * 10 + 10
    rows = [(tongue.subtotal, deal.net), (tongue.tax, deal.tax), (tongue.total, total)]
    rows += [(tongue.cash, cash), (tongue.change, cash - total)]
    for number, (words, amount) in enumerate(rows):
        sheet.put(deal.pick(words).replace("{rate}", str(deal.rate)), 40, bold=number == 2)
        sheet.put(deal.money(amount, sign=number == 2), width - 40, end=True, bold=number == 2)
        sheet.down()
    sheet.down(0.5)
    sheet.centre(deal.pick(tongue.thanks))
    return Paper(width, round(sheet.y + 80), tongue, _truth(deal, total), deal.items, sheet.lines)
