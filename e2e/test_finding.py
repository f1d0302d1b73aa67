"""Search, palette, keys, blur, currency, two runs side by side, and errors that say their name."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.pages import LEDGER, NOBODYS, two_runs

pytestmark = pytest.mark.e2e
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_a_slash_searches_and_enter_leads_there(owner: Page) -> None:
    owner.keyboard.press("/")
    field = owner.get_by_role("combobox", name="Search portfolios, holdings, pages")
    expect(field).to_be_focused()
    field.press_sequentially("apple")
    expect(owner.locator("#search-results [role=option]").first).to_contain_text("AAPL")
    field.press("Enter")
    expect(owner).to_have_url(re.compile("/holdings/"))
    expect(owner.get_by_role("heading", level=1)).to_contain_text("AAPL")


def test_the_palette_goes_to_a_page_by_keys_alone(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER)
    owner.keyboard.press("Control+k")
    owner.keyboard.type("quarant")
    expect(owner.locator("#palette-results")).to_contain_text("Nothing matches")
    owner.locator("#palette input").fill("perfor")
    expect(owner.locator("#palette-results [aria-selected=true]")).to_contain_text("Performance")
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(re.compile("/performance/"))


def test_a_question_mark_lists_the_keys_and_g_follows_them(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER)
    owner.keyboard.press("?")
    keys = owner.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Blur figures")
    owner.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    owner.keyboard.press("g")
    owner.keyboard.press("h")
    expect(owner).to_have_url(re.compile("/holdings/"))


def test_figures_blur_are_announced_and_stay_so_on_the_next_page(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER)
    figure = owner.locator("#panel-holdings_table .figure--numeric .figure__value").first
    expect(figure).to_have_css("filter", "none")
    owner.keyboard.press("Control+b")
    expect(figure).not_to_have_css("filter", "none")
    expect(owner.locator("#privacy-status")).to_contain_text("still read aloud")
    owner.goto(f"{address}{LEDGER}performance/")
    value = owner.locator(".figure--numeric .figure__value").first
    expect(value).not_to_have_css("filter", "none")
    owner.get_by_role("button", name="Blur figures").click()
    expect(value).to_have_css("filter", "none")


def test_another_currency_tells_the_same_portfolio_and_is_in_the_address(
    owner: Page, address: str
) -> None:
    owner.goto(address + LEDGER)
    total = owner.locator(".overview-value__total")
    expect(total).to_contain_text("CAD")
    owner.get_by_label("In", exact=True).select_option("USD")
    expect(owner).to_have_url(re.compile("currency=USD"))
    expect(total).to_contain_text("USD")
    owner.get_by_role("navigation", name="Main").get_by_role("link", name="Performance").click()
    expect(owner).to_have_url(re.compile("performance/.*currency=USD"))


def test_two_ticked_runs_stand_side_by_side(owner: Page, address: str) -> None:
    two_runs(owner, address)
    ticks = owner.get_by_role("checkbox", name=re.compile("Compare the run of Overview"))
    ticks.nth(0).check()
    ticks.nth(1).check()
    owner.get_by_role("button", name="Compare the two ticked").click()
    expect(owner).to_have_url(re.compile(f"/runs/{UUID}/compare/"))
    main = owner.get_by_role("main")
    expect(main).to_contain_text("2013-02-28")
    expect(main).to_contain_text("2013-02-27")


def test_an_error_says_so_with_its_correlation_id_and_leaves_the_page(
    owner: Page, address: str
) -> None:
    """A link is led astray; the answer is the server's own."""
    owner.goto(f"{address}{LEDGER}transactions/")
    newest = owner.locator("#entries tbody th").first.inner_text()
    older = owner.get_by_role("link", name="Older")
    older.evaluate(
        "(it, path) => { it.setAttribute('hx-get', path); htmx.process(it); }",
        f"/{NOBODYS}transactions/",
    )
    older.click()
    note = owner.get_by_role("alert")
    expect(note).to_contain_text("an error (404). What you see is as it was before.")
    expect(note).to_contain_text(re.compile(rf"correlation id {UUID}"))
    expect(owner.locator("#entries tbody th").first).to_have_text(newest)
    note.get_by_role("button", name="Close").click()
    expect(note).to_have_count(0)


def test_a_server_that_is_gone_is_told(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER}transactions/")
    owner.context.set_offline(True)
    owner.get_by_role("link", name="Older").click()
    expect(owner.get_by_role("alert")).to_contain_text("could not be reached")
    owner.context.set_offline(False)
