"""A reader of the Performance page changes the period, goes back, and asks for a definition."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dawsos.demo.portfolios import PORTFOLIOS

pytestmark = pytest.mark.e2e
PATIENCE_MS = 30_000  # what nobody asked before is computed

PERFORMANCE = f"portfolios/{PORTFOLIOS[0].id}/performance/"


def test_a_period_is_one_click_and_in_the_address(owner: Page, address: str) -> None:
    owner.goto(address + PERFORMANCE)
    standing = owner.locator(".standing")
    expect(standing).to_contain_text("Since inception")
    expect(owner.locator("#chart-monthly_heatmap svg")).to_be_visible()

    owner.get_by_role("navigation", name="Period").get_by_text("1 year").click()
    expect(owner).to_have_url(re.compile("period=1Y"), timeout=PATIENCE_MS)
    expect(standing).to_contain_text("1 year: after the close of 2012-02-28, up to 2013-02-28")
    expect(owner.locator("#chart-wealth_chart svg")).to_be_visible()

    owner.go_back()
    expect(standing).to_contain_text("Since inception")
    expect(owner.locator("#chart-wealth_chart svg")).to_be_visible()


def test_any_day_can_begin_a_period(owner: Page, address: str) -> None:
    owner.goto(address + PERFORMANCE)
    owner.get_by_label("Since the close of").fill("2010-05-05")
    owner.get_by_label("Since the close of").blur()
    expect(owner.locator(".standing")).to_contain_text(
        "after the close of 2010-05-05", timeout=PATIENCE_MS
    )
    expect(owner.locator("#panel-periods_table")).to_contain_text("Since 2010-05-05")


def test_a_heading_leads_to_its_definition(owner: Page, address: str) -> None:
    owner.goto(address + PERFORMANCE)
    owner.locator("#panel-periods_table").get_by_role("link", name="MWR", exact=True).click()
    expect(owner).to_have_url(re.compile("/methods/returns/#rule-6"))
    expect(owner.get_by_text("Money-weighted return.").first).to_be_visible()
