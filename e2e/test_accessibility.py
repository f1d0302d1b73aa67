"""No page breaks a rule of WCAG 2.2 AA that axe can judge, dark or light."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dawsos.demo.portfolios import DEMO_PASSWORD, LEDGER_DEMO
from e2e.accessibility import violations
from e2e.browser import log_in, new_context
from e2e.pages import PLACES, Place, find

pytestmark = pytest.mark.e2e
THEMES = ("dark", "light")
OVERVIEW = f"portfolios/{LEDGER_DEMO.id}/"


class Readers:
    """One logged-in browser for each reader and theme, opened when first asked for."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.open: dict[tuple[str | None, str], Page] = {}
        self.found: dict[str, str] = {}

    def page(self, reader: str | None, theme: str) -> Page:
        if (reader, theme) not in self.open:
            page = new_context(self.browser, theme=theme, width=1440).new_page()
            if reader is not None:
                log_in(page, self.address, reader, DEMO_PASSWORD)
            self.open[reader, theme] = page
        return self.open[reader, theme]

    def go(self, place: Place, theme: str) -> Page:
        """The page of a place, loaded; where it lies is found out once."""
        page = self.page(place.reader, theme)
        if place.name not in self.found:
            self.found[place.name] = find(place, page, self.address)
        answer = page.goto(self.found[place.name])
        assert answer is not None
        assert answer.status == place.status, page.url
        page.wait_for_load_state("networkidle")
        return page


@pytest.fixture(scope="module")
def readers(browser: Browser, address: str) -> Iterator[Readers]:
    made = Readers(browser, address)
    yield made
    for page in made.open.values():
        page.context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_breaks_no_rule(readers: Readers, place: Place, theme: str) -> None:
    assert violations(readers.go(place, theme)) == []


@pytest.mark.parametrize("theme", THEMES)
def test_what_opens_over_a_page_breaks_no_rule(owner: Page, address: str, theme: str) -> None:
    owner.emulate_media(color_scheme=theme)
    owner.goto(address + OVERVIEW)
    for key, dialog in (("Control+k", "#palette"), ("?", "#keys")):
        owner.keyboard.press(key)
        expect(owner.locator(dialog)).to_be_visible()
        assert violations(owner) == [], dialog
        owner.keyboard.press("Escape")
        expect(owner.locator(dialog)).to_be_hidden()
    owner.locator("main a[data-why]").first.click()
    expect(owner.locator("#why .why__label")).to_be_visible()
    # Paler while it waits, and for a frame more: even for calm eyes a change of style takes one.
    expect(owner.locator("#why-body")).to_have_css("opacity", "1")
    assert violations(owner) == []


def test_a_phone_breaks_no_rule(browser: Browser, address: str) -> None:
    """Where the navigation is a bar at the foot and tables scroll."""
    phone = new_context(browser, theme="dark", width=390)
    page = phone.new_page()
    log_in(page, address, "owner@dawsos.example", DEMO_PASSWORD)
    for path in ("", OVERVIEW, f"{OVERVIEW}holdings/", f"{OVERVIEW}transactions/"):
        page.goto(address + path)
        assert violations(page) == [], path
    phone.close()
