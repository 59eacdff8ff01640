"""A page of another site, on an origin that is allowed, cleans an image with Recto's own client module."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from launcher.places import ROOT
from launcher.stack import Stack
from tests.browser.conftest import Account, Visit
from tests.running import other_site_port


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def other_site(stack: Stack) -> Iterator[str]:
    """The examples, served by somebody else."""
    handler = functools.partial(Quiet, directory=str(ROOT / "examples"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", other_site_port(stack)), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["allowed", "refused"])
def test_the_example_page(
    visit: Visit, alice: Account, stack: Stack, other_site: str, sample_file: Path, host: str
) -> None:
    page = visit(f"{other_site.replace('127.0.0.1', host)}/direct.html")
    page.get_by_label("Recto").fill(stack.origin)
    page.get_by_label("Token").fill(alice.visitor.capability())
    page.get_by_label("Page").set_input_files(sample_file)
    page.get_by_role("button", name="Clean").click()

    if host == "localhost":
        expect(page.get_by_role("status")).not_to_have_text("Working …")
        expect(page.get_by_alt_text("The clean page")).to_be_hidden()
    else:
        expect(page.get_by_role("status")).to_contain_text("Completed in")
        expect(page.get_by_alt_text("The clean page")).to_be_visible()
