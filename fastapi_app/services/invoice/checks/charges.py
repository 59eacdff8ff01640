"""What stands between net, tax and total on some pages: service, tips, delivery, deposits; discounts and vouchers."""

import re

CHARGES = re.compile(
    r"service charge|servis|gratuity|\btip\b|delivery|shipping|freight|postage|handling|surcharge|deposit"
    r"|versand|porto|trinkgeld|pfand|zuschlag|service compris|pourboire|frais de port|livraison|consigne"
    r"|dostawa|spedizione|envío|verzendkosten|משלוח|טיפ|דמי שירות",
    re.IGNORECASE,
)
DISCOUNTS = re.compile(
    r"discount|voucher|coupon|rebate|diskaun|prepaid|paid in advance|rabatt|skonto|nachlass|gutschein|anzahlung"
    r"|remise|rabais|acompte|bon d.achat|sconto|descuento|korting|הנחה|שובר|מקדמה",
    re.IGNORECASE,
)
FIGURES = re.compile(r"[0-9][0-9.,’']*")


def named(text: str, difference: str, *, is_charge: bool) -> str:
    """The word on a line that also has the difference (a decimal string without sign), "" for none."""
    words = CHARGES if is_charge else DISCOUNTS
    lines = (line for line in text.splitlines() if _digits(difference) in map(_digits, FIGURES.findall(line)))
    return next((found.group() for line in lines if (found := words.search(line))), "")


def _digits(figure: str) -> str:
    return re.sub(r"[^0-9]", "", figure)
