"""Values of invoices as people read them."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def amount(value: Decimal | None) -> str:
    """With two decimals, or with as many more as it has: nothing is rounded away."""
    if value is None:
        return ""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)
