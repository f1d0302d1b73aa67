"""Keeping a ledger by hand, in a real browser and mostly by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dawsos.demo.portfolios import PORTFOLIOS

pytestmark = pytest.mark.e2e

LEDGER_DEMO = f"portfolios/{PORTFOLIOS[0].id}/"
PROPOSED = re.compile("Look and confirm Dividend of AAPL, 2013-02-07")


def test_a_sale_is_added_corrected_and_undone(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER_DEMO}transactions/new/")
    owner.get_by_label("Type").select_option("SELL")
    expect(owner.get_by_text("Cash for shares.")).to_be_visible()
    owner.get_by_label("Date", exact=True).fill("2013-02-28")
    owner.get_by_label("Security", exact=True).fill("MSFT XNAS")
    owner.get_by_label("Quantity").fill("999999")
    expect(owner.get_by_text("Lots to take from")).to_be_visible()
    owner.get_by_label("Price", exact=True).fill("27.8")
    owner.get_by_role("button", name="Preview").press("Enter")
    expect(owner.get_by_label("Quantity")).to_have_attribute("aria-invalid", "true")

    owner.get_by_label("Quantity").fill("100")
    owner.get_by_role("button", name="Preview").press("Enter")
    effect = owner.get_by_role("region", name="What it would change")
    expect(effect.get_by_role("row", name="MSFT")).to_contain_text("−100")
    owner.get_by_role("button", name="Write the entry").press("Enter")
    expect(owner.get_by_role("heading", level=1)).to_have_text("Sale of MSFT, 2013-02-28")
    expect(owner.get_by_text("Lots it took from")).to_be_visible()

    owner.get_by_role("link", name="Correct it").press("Enter")
    owner.get_by_label("Quantity").fill("90")
    owner.get_by_label("Why it is corrected").fill("The confirmation says 90")
    owner.get_by_role("button", name="Preview").press("Enter")
    owner.get_by_role("button", name="Write the correction").press("Enter")
    expect(owner.get_by_text("90", exact=True).first).to_be_visible()

    owner.get_by_role("link", name="Undo it").press("Enter")
    expect(owner.get_by_text("is given back").first).to_be_visible()
    owner.get_by_label("Why", exact=True).fill("It was never sold")
    owner.get_by_role("button", name="Reverse entry").press("Enter")
    expect(owner.get_by_text("it counts for nothing any more")).to_be_visible()
    expect(owner.get_by_role("link", name="Undo it")).to_have_count(0)


def test_a_dividend_taken_out_is_proposed_and_confirmed(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER_DEMO}transactions/?symbol=AAPL&entry_type=DIVIDEND&reversed=hide")
    owner.locator("#entries tbody tr").first.get_by_role("link").first.click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Dividend of AAPL, 2013-02-07")
    owner.get_by_role("link", name="Undo it").click()
    owner.get_by_label("Why", exact=True).fill("To be proposed")
    owner.get_by_role("button", name="Reverse entry").click()

    owner.get_by_role("link", name="Corporate actions").first.click()
    owner.get_by_role("link", name=PROPOSED).click()
    expect(owner.get_by_label("Withholding tax, in percent")).to_have_value("15")
    owner.get_by_role("button", name="Post it", exact=True).press("Enter")
    expect(owner.get_by_text(re.compile("Posted as entry"))).to_be_visible()
    expect(owner.get_by_text("Nothing to decide")).to_be_visible()

    owner.get_by_role("button", name=re.compile("Undo.*Dividend of AAPL")).press("Enter")
    expect(owner.get_by_text("It is proposed again.")).to_be_visible()
    expect(owner.get_by_role("link", name=PROPOSED)).to_be_visible()


def test_from_a_holding_to_its_lots_and_the_entry_that_opened_one(
    owner: Page, address: str
) -> None:
    owner.goto(f"{address}{LEDGER_DEMO}holdings/")
    owner.get_by_role("main").get_by_role("link", name="AAPL").press("Enter")
    expect(owner.get_by_text("2 for 1").first).to_be_visible()  # the split of 2005 in its history
    owner.locator(".lots tbody").last.get_by_role("link").first.click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("of AAPL")
    expect(owner.get_by_text("Lots it opened")).to_be_visible()


def test_every_page_of_a_portfolio_is_within_reach_on_a_phone(owner: Page, address: str) -> None:
    owner.set_viewport_size({"width": 390, "height": 844})
    pages = ["Corporate actions", "Reconciliation", "Import", "Settings"]
    for name in pages:
        owner.goto(f"{address}{LEDGER_DEMO}")
        bar = owner.get_by_role("navigation", name="Main")
        bar.get_by_text("More", exact=True).click()
        bar.get_by_role("link", name=name).click()
        expect(owner.get_by_role("navigation", name="Main").get_by_text("More")).to_be_visible()
        assert owner.url != f"{address}{LEDGER_DEMO}"
    assert not owner.evaluate("document.documentElement.scrollWidth > window.innerWidth")
