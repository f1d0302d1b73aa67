"""From the one number a reader doubts to the trade, the price and the rate that made it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.pages import LEDGER

pytestmark = pytest.mark.e2e


@pytest.fixture
def doubted(owner: Page, address: str) -> Locator:
    """The market value of AAPL in the holdings of the overview."""
    owner.goto(address + LEDGER)
    return owner.locator("#panel-holdings_table a[data-why][href*='positions.0.market_value']")


def test_one_click_after_the_number_is_the_trade(owner: Page, doubted: Locator) -> None:
    value = doubted.inner_text()
    doubted.click()
    drawer = owner.get_by_role("dialog", name="Why?")
    expect(drawer.locator(".why__value")).to_contain_text(value)
    expect(drawer.locator(".why__head")).to_contain_text("quantity × price × rate")

    drawer.get_by_role("link", name="Entry 205").click()
    expect(owner).to_have_url(re.compile("/transactions/205/"))
    expect(owner.get_by_role("heading", level=1)).to_contain_text("of AAPL, 2013-01-24")


@pytest.mark.parametrize(
    ("line", "name"),
    [("Close of AAPL, 2013-02-28", "AAPL"), ("ECB reference rate of 2013-02-28", "EUR/CAD")],
)
def test_one_click_after_the_number_is_the_row_of_its_price_and_of_its_rate(
    owner: Page, doubted: Locator, line: str, name: str
) -> None:
    doubted.click()
    fact = owner.locator("#why .why__line", has_text=line).last
    value = fact.locator(".why__number").inner_text()
    fact.locator("a.why__fact").click()
    expect(owner).to_have_url(re.compile("/packs/2013-02-28-ECB-r1/#"))
    row = owner.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row.locator("th")).to_have_text(name)
    expect(row.locator("td").first).to_contain_text(value.split()[0].rstrip("0"))


def test_the_drawer_opens_by_enter_and_gives_the_focus_back(owner: Page, doubted: Locator) -> None:
    doubted.press("Enter")
    drawer = owner.get_by_role("dialog", name="Why?")
    expect(drawer.locator(".why__label")).to_have_text("AAPL")
    owner.keyboard.press("Tab")
    assert drawer.evaluate("it => it.contains(document.activeElement)")
    owner.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(doubted).to_be_focused()


def test_without_the_drawer_the_same_explanation_is_a_page(owner: Page, doubted: Locator) -> None:
    owner.goto(owner.url.split("/portfolios/")[0] + (doubted.get_attribute("href") or ""))
    expect(owner.get_by_role("heading", name="AAPL", exact=True)).to_be_visible()
    owner.get_by_role("link", name="valuation.1").first.click()
    expect(owner).to_have_url(re.compile("/methods/valuation/#rule-1"))
