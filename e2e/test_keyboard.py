"""Every main task by Tab and Enter alone, and the focus never out of sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dawsos.demo.portfolios import DEMO_PASSWORD, OWNER
from e2e.keys import assert_focus_is_seen, tab_to
from e2e.pages import LEDGER, two_runs

pytestmark = pytest.mark.e2e


def test_logging_in_and_out(page: Page, address: str) -> None:
    page.goto(f"{address}login/")
    email = page.get_by_label("Email")
    if not email.evaluate("it => it === document.activeElement"):
        tab_to(page, email)
    page.keyboard.type(OWNER.email)
    tab_to(page, page.locator("input[type=password]"))
    page.keyboard.type(DEMO_PASSWORD)
    tab_to(page, page.get_by_role("button", name="Log in"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Portfolios", exact=True)).to_be_visible()

    tab_to(page, page.get_by_label("Account: Olive Owner"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Log out"))
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("Log in"))


def test_the_first_stop_skips_to_the_content(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER)
    owner.keyboard.press("Tab")
    skip = owner.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    owner.keyboard.press("Enter")
    owner.keyboard.press("Tab")
    assert owner.locator("main").evaluate("it => it.contains(document.activeElement)")
    assert_focus_is_seen(owner)


def test_asking_why_down_to_the_entry(owner: Page, address: str) -> None:
    skip_to_content(owner, address + LEDGER)
    tab_to(owner, owner.locator("a[data-why][href*='positions.0.market_value']").first)
    owner.keyboard.press("Enter")
    drawer = owner.get_by_role("dialog", name="Why?")
    expect(drawer.locator(".why__label")).to_have_text("AAPL")
    tab_to(owner, drawer.get_by_role("link", name="Entry 205"))
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(re.compile("/transactions/205/"))


def test_another_day_and_another_currency(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER)
    tab_to(owner, owner.get_by_label("As of"))
    owner.keyboard.type("02222013")  # the browser's own date field: month, day, year
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(re.compile("asof=2013-02-22"))
    tab_to(owner, owner.get_by_label("In", exact=True))
    owner.keyboard.type("USD")
    expect(owner).to_have_url(re.compile("currency=USD"))


def test_comparing_two_runs(owner: Page, address: str) -> None:
    two_runs(owner, address)
    skip_to_content(owner, owner.url)
    ticks = owner.locator("input[name=run]")
    for nth in range(2):
        tab_to(owner, ticks.nth(nth))
        owner.keyboard.press("Space")
    tab_to(owner, owner.get_by_role("button", name="Compare the two ticked"), back=True)
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(re.compile("/compare/"))


def test_sorting_a_column_and_its_definition_are_two_stops(owner: Page, address: str) -> None:
    skip_to_content(owner, f"{address}{LEDGER}performance/")
    head = owner.locator("#panel-periods_table th", has_text="MWR").first
    tab_to(owner, head.get_by_role("link"))
    tab_to(owner, head.get_by_role("button"))
    owner.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")


def test_entering_a_deposit_up_to_its_preview(owner: Page, address: str) -> None:
    skip_to_content(owner, f"{address}{LEDGER}transactions/new/?entry_type=DEPOSIT")
    tab_to(owner, owner.get_by_label("Date", exact=True))
    owner.keyboard.type("02282013")
    tab_to(owner, owner.locator("[name=gross_amount]"))
    owner.keyboard.type("100")
    tab_to(owner, owner.get_by_role("button", name="Preview"))
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("region", name="What it would change")).to_be_visible()


def skip_to_content(page: Page, url: str) -> None:
    page.goto(url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
