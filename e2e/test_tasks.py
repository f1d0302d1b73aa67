"""What an owner does on an ordinary day, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dawsos.demo.portfolios import PORTFOLIOS
from e2e.browser import log_in
from e2e.conftest import OWNER

pytestmark = pytest.mark.e2e

LEDGER_DEMO = f"portfolios/{PORTFOLIOS[0].id}/"
GOOD_FILE = (
    "date,type,gross_amount,currency,external_id,narration\n"
    "2013-02-26,DEPOSIT,500,CAD,e2e-1,Savings of February\n"
)
BAD_FILE = GOOD_FILE + "2013-02-30,DEPOSIT,500,CAD,e2e-2,A day that is none\n"


def test_a_wrong_password_is_refused_and_the_right_one_opens_the_list(
    page: Page, address: str
) -> None:
    log_in(page, address, OWNER, "not the password")
    expect(page.get_by_text("The email or the password is not right.")).to_be_visible()
    page.goto(address)
    expect(page).to_have_title(re.compile("Log in"))

    log_in(page, address, OWNER, "real-prices-sample-trades")
    expect(page.get_by_role("heading", name="Portfolios", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Ledger demo")).to_be_visible()


def test_the_overview_says_value_day_health_and_where_the_withheld_is(
    owner: Page, address: str
) -> None:
    owner.goto(address)
    owner.get_by_role("main").get_by_role("link", name="Ledger demo").click()
    expect(owner.locator(".overview-value")).to_contain_text("CAD")
    expect(owner.locator(".overview-value")).to_contain_text("on the day")
    health = owner.get_by_role("region", name="Data health")
    expect(health).to_contain_text("IBM of 2013-02-27")

    reason = owner.locator("#panel-holdings_table-withheld li").first
    expect(reason).to_be_hidden()
    health.get_by_role("link", name="2 in Holdings").click()
    expect(reason).to_be_visible()
    expect(owner.locator("#chart-nav_chart svg")).to_be_visible()


def test_another_day_is_valued_by_the_pack_of_its_last_session(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER_DEMO)
    owner.get_by_label("As of").fill("2013-02-23")  # a Saturday
    expect(owner).to_have_url(re.compile("asof=2013-02-23"))
    expect(owner.get_by_text("2013-02-23 has no session")).to_be_visible()

    owner.get_by_role("link", name="2013-02-22-ECB-r1").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("2013-02-22-ECB-r1")


def test_a_superseded_pack_names_its_successor_and_why(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER_DEMO}?pack=2013-02-27-ECB-r1")
    expect(owner.get_by_text("Restated:")).to_contain_text("The close of GOOG")
    owner.get_by_role("status").get_by_role("link", name="2013-02-27-ECB-r2").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("2013-02-27-ECB-r2")


def test_filters_narrow_the_ledger_and_back_undoes_them(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER_DEMO}transactions/")
    entries = owner.locator("#entries")
    whole = entries.locator(".pagination-bar span").first.inner_text()

    owner.get_by_label("Type").select_option("SPLIT")
    expect(entries.locator("tbody tr .entry-type").first).to_have_text("Split")
    expect(owner).to_have_url(re.compile("entry_type=SPLIT"))

    owner.go_back()
    expect(entries.locator(".pagination-bar span").first).to_have_text(whole)
    expect(owner.get_by_label("Type")).to_have_value("")


def test_older_entries_by_keyboard_keep_the_focus_in_the_ledger(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER_DEMO}transactions/")
    newest = owner.locator("#entries tbody th").first.inner_text()
    owner.get_by_role("link", name="Older").press("Enter")
    expect(owner.locator("#entries tbody th").first).not_to_have_text(newest)
    expect(owner.locator("#entries .table-box")).to_be_focused()
    owner.get_by_role("link", name="Newest").press("Enter")
    expect(owner.locator("#entries tbody th").first).to_have_text(newest)


def test_a_file_is_previewed_then_written_once(owner: Page, address: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD_FILE)
    bad.write_text(BAD_FILE)

    _preview(owner, address, bad)
    expect(owner.get_by_role("heading", name="1 mistake")).to_be_visible()
    expect(owner.locator("#row-3")).to_contain_text("Refused")
    expect(owner.get_by_role("button", name="Write")).to_have_count(0)

    _preview(owner, address, good)
    owner.get_by_role("button", name="Write 1 entry").click()
    expect(owner.get_by_role("heading", name="1 entry imported")).to_be_visible()
    expect(owner.get_by_text("Savings of February")).to_be_visible()

    _preview(owner, address, good)
    expect(owner.get_by_text("Already imported in run")).to_be_visible()
    owner.get_by_role("button", name="Undo this import").click()
    expect(owner.get_by_text("Its file may be imported again")).to_be_visible()


def test_the_theme_is_kept_from_page_to_page(owner: Page, address: str) -> None:
    root = owner.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    owner.get_by_role("button", name="Switch between dark and light").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    owner.goto(f"{address}packs/")
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_after_logging_out_back_shows_nothing(owner: Page, address: str) -> None:
    owner.goto(address + LEDGER_DEMO)
    owner.get_by_label("Account: Olive Owner").click()
    owner.get_by_role("button", name="Log out").click()
    expect(owner).to_have_title(re.compile("Log in"))
    owner.go_back()
    expect(owner).to_have_title(re.compile("Log in"))
    expect(owner.get_by_text("Ledger demo")).to_have_count(0)


def _preview(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}{LEDGER_DEMO}import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show every row").click()
