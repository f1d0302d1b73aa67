"""What nobody should have to ask for: calm, signs beside colours, and paper that can be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dawsos.demo.portfolios import DEMO_PASSWORD, HOME_BIAS, OWNER
from e2e.browser import log_in, new_context
from e2e.pages import LEDGER, PLACES, find, two_runs

pytestmark = pytest.mark.e2e
NEGATIVE = ".figure--negative, .why__number.figure--negative"
PAGES = ("", LEDGER, f"{LEDGER}performance/", f"{LEDGER}attribution/", f"{LEDGER}transactions/")
MOVING = """() => [...document.querySelectorAll('*')].filter(it => {
    const style = getComputedStyle(it);
    return [style.transitionDuration, style.animationDuration].join()
        .split(',').some(each => parseFloat(each) > 0.05);
}).map(it => it.outerHTML.slice(0, 120))"""

OVERFLOWING = """() => [...document.querySelectorAll('div.columns')].filter(it =>
    it.scrollHeight > it.clientHeight + 1
).map(it => it.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_for_whoever_asked_for_calm(owner: Page, address: str, path: str) -> None:
    owner.goto(address + path)
    assert owner.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert owner.evaluate(MOVING) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_loss_has_a_sign_and_not_only_a_colour(owner: Page, address: str, path: str) -> None:
    owner.goto(address + path)
    losses = owner.locator(NEGATIVE).all_text_contents()
    assert [text.strip() for text in losses if not re.search(r"−\s*[\d.]|\(", text)] == []


def test_a_reader_in_germany_reads_commas_and_a_day_before_its_month(
    browser: Browser, address: str
) -> None:
    german = new_context(browser, theme="light", width=1440, languages="de-DE,de;q=0.9")
    page = german.new_page()
    log_in(page, address, OWNER.email, DEMO_PASSWORD)
    page.goto(address + LEDGER)
    expect(page.locator(".page-head").first).to_contain_text(re.compile(r"\d\.\d{3},\d\d"))
    expect(page.get_by_label("As of")).to_have_value("2013-02-28")  # the browser shows its own way
    page.locator("main a[data-why]").first.click()
    expect(page.locator("#why .why__value")).to_have_text(re.compile(r"\d,\d\d"))
    page.goto(f"{address}{LEDGER}transactions/")
    expect(page.locator(".provenance time")).to_have_text("28.02.2013")
    german.close()


def test_the_overview_has_losses_to_look_at(owner: Page, address: str) -> None:
    owner.goto(f"{address}{LEDGER}performance/")
    assert owner.locator(NEGATIVE).count() > 10


def test_paper_is_light_whole_and_without_what_cannot_be_clicked(
    owner: Page, address: str, tmp_path: Path
) -> None:
    owner.goto(address + LEDGER)
    owner.emulate_media(media="print")
    expect(owner.locator(".nav-side")).to_be_hidden()
    expect(owner.locator(".provenance")).to_be_visible()
    expect(owner.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    owner.pdf(path=tmp_path / "overview.pdf", format="A4", prefer_css_page_size=True)
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is missing. On Debian: apt-get install poppler-utils")
    said = subprocess.run(
        [reader, "-layout", tmp_path / "overview.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    for symbol in ("AAPL", "IBM", "MSFT", "GOOG", "Total value", "Data health"):
        assert symbol in said
    assert "Log out" not in said


@pytest.mark.parametrize("place", ["pack", "settings", "run", "entry"])
def test_cards_keep_clear_of_what_follows_them(owner: Page, address: str, place: str) -> None:
    owner.goto(find(next(each for each in PLACES if each.name == place), owner, address))
    assert owner.evaluate(OVERFLOWING) == []


def test_a_run_draws_its_charts(owner: Page, address: str) -> None:
    two_runs(owner, address)
    owner.locator("#runs tbody th a").first.click()
    expect(owner.locator("#chart-nav_chart svg")).to_be_visible()


def test_a_phone_is_never_wider_than_itself(browser: Browser, address: str) -> None:
    phone = new_context(browser, theme="light", width=390)
    page = phone.new_page()
    log_in(page, address, OWNER.email, DEMO_PASSWORD)
    for path in (*PAGES, f"portfolios/{HOME_BIAS.id}/", "runs/", "packs/", "patterns/panels/"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    phone.close()
