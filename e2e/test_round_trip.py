"""A ledger that is taken out of one portfolio and put into another is the same ledger."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dawsos.demo.portfolios import DEMO_PASSWORD, LEDGER_DEMO, MANAGER
from e2e.browser import log_in
from e2e.pages import LEDGER

pytestmark = pytest.mark.e2e

DAY = "?asof=2013-02-28"


@pytest.fixture
def manager(page: Page, address: str) -> Page:
    """Whoever may export, and make a portfolio."""
    log_in(page, address, MANAGER.email, DEMO_PASSWORD)
    return page


@pytest.mark.parametrize("file_format", ["JSON", "CSV"])
def test_an_exported_ledger_is_imported_to_the_same_state(
    manager: Page, address: str, tmp_path: Path, file_format: str
) -> None:
    taken_out = export(manager, address + LEDGER, file_format, tmp_path)
    fresh = new_portfolio(manager, address, f"Out of {file_format}")

    manager.goto(f"{fresh}import/")
    manager.locator("input[type=file]").set_input_files(taken_out)
    manager.get_by_role("button", name="Show every row").click()
    manager.get_by_role("button", name=re.compile(r"Write [\d,]+ entries")).click()
    expect(manager.get_by_role("heading", name=re.compile("entries imported"))).to_be_visible()

    again = export(manager, fresh, file_format, tmp_path)
    assert again.read_bytes() == taken_out.read_bytes()
    assert holdings(manager, fresh) == holdings(manager, address + LEDGER)


def export(page: Page, portfolio: str, file_format: str, folder: Path) -> Path:
    page.goto(f"{portfolio}transactions/")
    with page.expect_download() as download:
        page.get_by_role("link", name=file_format, exact=True).click()
    number = len(list(folder.iterdir()))
    target = folder / f"{number}-{download.value.suggested_filename}"
    download.value.save_as(target)
    return target


def new_portfolio(page: Page, address: str, name: str) -> str:
    page.goto(f"{address}portfolios/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Base currency").select_option(LEDGER_DEMO.base_currency)
    page.get_by_role("button", name="Make the portfolio").click()
    found = re.match(r".*/portfolios/[0-9a-f-]{36}/", page.url)
    assert found is not None, page.url
    return found[0]


def holdings(page: Page, portfolio: str) -> list[str]:
    """The total and every line of what is held, balances included."""
    page.goto(f"{portfolio}holdings/{DAY}")
    expect(page.locator(".overview-value__total")).to_be_visible()
    return page.locator(".overview-value__total, #content tbody tr").all_inner_texts()
