"""Words of a page, in the form that the server takes them in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from launcher.stack import Stack


@pytest.fixture(scope="module")
def page(chromium: Browser, stack: Stack) -> Iterator[Page]:
    """Some page of the site, from which its scripts may be asked."""
    with chromium.new_page(base_url=stack.origin) as page:
        page.goto("/")
        yield page


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("amount", "1.234,50 €", "1234.50"),
        ("amount", "$1,234.50", "1234.50"),
        ("amount", "1'234.5", "1234.5"),
        ("amount", "12,5", "12.5"),
        ("amount", "1,234", "1234"),
        ("amount", "1.234.567", "1234567"),
        ("amount", "-3.10", "-3.10"),
        ("amount", "none", ""),
        ("date", "14.03.2024", "2024-03-14"),
        ("date", "03/14/24", "2024-03-14"),
        ("date", "2024/3/4", "2024-03-04"),
        ("date", "31.02.2024", ""),
        ("date", "11. März 2014", "2014-03-11"),
        ("date", "March 14, 2024", "2024-03-14"),
        ("date", "14 במרץ 2024", "2024-03-14"),
        ("currency", "€12.00", "EUR"),
        ("currency", "usd", "USD"),
        ("time", "9.41", "09:41"),
        ("text", " ACME ", "ACME"),
    ],
)
def test_words_take_the_form_of_the_field(page: Page, kind: str, text: str, value: str) -> None:
    converted = "async (given) => (await import('/static/recto/invoice-forms.js')).converted(...given) ?? ''"
    assert page.evaluate(converted, [kind, text]) == value
