"""alice, bob and charlie at the public door of one running Recto."""

import io

import pytest
from PIL import Image, ImageDraw

from launcher.stack import Stack
from tests.running import Visitor, stack, unique_name
from tests.stack.faulty import recovery

__all__ = ["stack"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if times := config.stash.get(recovery, {}):
        terminalreporter.section(
            "seconds until the next page was finished | until the pages in hand had ended or were given back"
        )
        for fault, (next_page, in_hand) in times.items():
            terminalreporter.line(f"{fault:<50}{next_page:6.1f}{in_hand:6.1f}")


@pytest.fixture(scope="session")
def alice(stack: Stack) -> Visitor:
    return Visitor(stack, unique_name("alice")).sign_up()


@pytest.fixture(scope="session")
def charlie(stack: Stack) -> Visitor:
    """A stranger to everything of alice's."""
    return Visitor(stack, unique_name("charlie")).sign_up()


@pytest.fixture
def nobody(stack: Stack) -> Visitor:
    """Not signed in."""
    return Visitor(stack, "nobody")


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A small page with a few words, as JPEG."""
    page = Image.new("L", (700, 360), 215)
    draw = ImageDraw.Draw(page)
    for row, words in enumerate(("The quick brown fox", "jumps over the lazy dog")):
        draw.text((40, 60 + row * 120), words, fill=40, font_size=48)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=92, dpi=(200, 200))
    return out.getvalue()
