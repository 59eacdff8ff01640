"""Account, tax numbers and currency: check digits and countries."""

import re
from collections.abc import Iterator
from typing import Protocol

from stdnum import exceptions, get_cc_module, iban

from fastapi_app.services.invoice import countries
from fastapi_app.services.invoice.facts import Facts
from fastapi_app.services.invoice.issues import Issue, issue
from fastapi_app.services.invoice.money import is_currency

OTHER_KINDS = {
    "AT": ("tin",),
    "CH": ("uid",),
    "DE": ("stnr", "idnr"),
    "EE": ("registrikood",),
    "FI": ("ytunnus",),
    "FR": ("siren", "siret"),
    "GB": ("utr",),
    "IL": ("idnr",),
    "IT": ("codicefiscale",),
    "NO": ("orgnr",),
    "SE": ("orgnr",),
    "US": ("ein",),
}
"""Numbers, by their modules in stdnum, that stand on invoices there beside the one for value added tax."""

PREFIXED = re.compile(r"(ATU|ES[A-Z]|FR[A-Z0-9]|[A-Z]{2})[0-9]")
"""How numbers for tax within the European Union begin; an Italian codice fiscale, all letters, does not."""

REASONS = {
    exceptions.InvalidChecksum: "its check digits are wrong",
    exceptions.InvalidLength: "it is too long or too short",
    exceptions.InvalidComponent: "a part of it does not exist",
}
WRONG_FORM = "letters and digits do not stand where they should"


class Kind(Protocol):
    """A module of stdnum."""

    def validate(self, number: str, /) -> str: ...


def check(facts: Facts) -> Iterator[Issue]:
    yield from _iban(facts)
    yield from _tax_id(facts, "vendor_tax_id", facts.country)
    yield from _tax_id(facts, "customer_tax_id", "")
    yield from _registered(facts)
    yield from _currency(facts)


def _iban(facts: Facts) -> Iterator[Issue]:
    value = facts.text("iban")
    if not value:
        return
    if reason := refusal(value, iban):
        yield issue("iban_invalid", value=value, reason=reason)
    elif facts.country and (account := iban.compact(value)[:2]) != facts.country:
        yield issue("iban_country", account=countries.name(account), country=countries.name(facts.country))


def _tax_id(facts: Facts, field: str, country: str) -> Iterator[Issue]:
    """By the country of its prefix, or else the vendor's; nothing where no rule is known."""
    value = facts.text(field)
    kinds = _kinds(_prefix(value) or country)
    refusals = [refusal(value, kind) for kind in kinds] if value else []
    if refusals and all(refusals):
        where = countries.name(_prefix(value) or country)
        yield issue("tax_id_invalid", field, value=value, country=where, reason=refusals[0])


def _registered(facts: Facts) -> Iterator[Issue]:
    value = facts.text("vendor_tax_id")
    prefix = _prefix(value)
    if prefix and facts.country and prefix != facts.country:
        told = {"registered": countries.name(prefix), "country": countries.name(facts.country)}
        yield issue("tax_id_country", value=value, **told)


def _currency(facts: Facts) -> Iterator[Issue]:
    value = facts.text("currency")
    if not value:
        return
    if not is_currency(value):
        yield issue("currency_unknown", value=value)
        return
    usual = countries.currencies(facts.country, facts.day() or facts.today)
    if usual and value not in usual:
        yield issue("currency_country", value=value, country=countries.name(facts.country), usual=" or ".join(usual))


def _prefix(number: str) -> str:
    """The country that the number names itself, or ""."""
    compact = re.sub(r"[^0-9A-Z]", "", number.upper())
    country = countries.of_prefix(compact[:2])
    return country if PREFIXED.match(compact) and country in {*countries.EU, "GB"} else ""


def _kinds(country: str) -> list[Kind]:
    names = ("vat", *OTHER_KINDS.get(country, ())) if country else ()
    found = (get_cc_module(country, name) for name in names)
    return [kind for kind in found if kind is not None]


def refusal(number: str, kind: Kind) -> str:
    """Why it is no such number, as the end of a sentence; "" if it is one."""
    try:
        kind.validate(number)
    except exceptions.ValidationError as error:
        return REASONS.get(type(error), WRONG_FORM)
    return ""
