"""Every page of the demo: its view, how to come to it, and who may see it.

A test compares this list with the URL configuration, so a new page cannot be forgotten by the
checks of accessibility and the pictures. A view stands here more than once where its page has
looks worth seeing: partial, withheld, empty, waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from dawsos.demo.portfolios import ADMIN, HOME_BIAS, LEDGER_DEMO, OWNER, RESTATEMENT

Finder = Callable[[Page, str], str]
HEDGED_YEAR = "performance/?period=1Y&hedged=1"
NOBODYS = "portfolios/00000000-0000-0000-0000-000000000000/"
NO_DAY = "?asof=1999-01-04"
LEDGER = f"portfolios/{LEDGER_DEMO.id}/"
PARTIAL = f"portfolios/{HOME_BIAS.id}/"

READABLE = "date,type,gross_amount,currency,narration\n2013-02-26,DEPOSIT,5,CAD,Looked at only\n"
FOREIGN = "Tag,Vorgang,Stück,Kurs\n26.02.2013,Kauf,3,25\n27.02.2013,Kauf,4,26\n"
UNNAMED = "date,type,symbol,exchange,quantity,price,currency\n2013-02-26,BUY,ZZZ,XNAS,3,25,USD\n"
MISTAKEN = READABLE + "2013-02-30,DEPOSIT,5,CAD,A day that is none\n"


@dataclass(frozen=True, slots=True)
class Place:
    """`found` is the address below the site's, or how to find it; no reader is a stranger."""

    name: str
    view: str
    found: str | Finder
    reader: str | None = OWNER.email
    status: int = 200


def first_link(start: str, selector: str, adds: str = "") -> Finder:
    """The address of the first link of that kind on the page that the path leads to."""

    def find(page: Page, address: str) -> str:
        page.goto(address + start)
        href = page.locator(selector).first.get_attribute("href") or ""
        return href.lstrip("/") + adds

    return find


def waiting_file(name: str, content: str) -> Finder:
    """Where the wizard of imports has come to with a file."""

    def find(page: Page, address: str) -> str:
        page.goto(f"{address}{LEDGER}import/")
        file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="Show every row").click()
        page.wait_for_load_state()
        return page.url.removeprefix(address)

    return find


def proposed_action(page: Page, address: str) -> str:
    """A dividend waiting to be confirmed; where none does, one is taken out of the ledger."""
    inbox, link = f"{address}{PARTIAL}actions/", "main a[href*='/actions/']"
    page.goto(inbox)
    if not page.locator(link).count():
        page.goto(f"{address}{PARTIAL}transactions/?entry_type=DIVIDEND&reversed=hide&symbol=AAPL")
        page.locator("#entries tbody tr").first.get_by_role("link").first.click()
        page.get_by_role("link", name="Undo it").click()
        page.get_by_label("Why", exact=True).fill("To be proposed")
        page.get_by_role("button", name="Reverse entry").click()
        page.goto(inbox)
    return (page.locator(link).first.get_attribute("href") or "").lstrip("/")


def two_runs(page: Page, address: str) -> str:
    """The newest overview beside that of the day before."""
    for day in ("2013-02-27", "2013-02-28"):
        page.goto(f"{address}{LEDGER}?asof={day}")
    page.goto(f"{address}runs/?pattern=portfolio_overview&portfolio={LEDGER_DEMO.id}")
    ticks = page.locator("input[name=run]")
    first, second = ticks.nth(0).get_attribute("value"), ticks.nth(1).get_attribute("value")
    return f"runs/{first}/compare/?with={second}"


ENTRY = first_link(f"{LEDGER}transactions/?entry_type=BUY&reversed=hide", "#entries tbody th a", "")


def entry(adds: str) -> Finder:
    return lambda page, address: ENTRY(page, address) + adds


HOLDING = first_link(f"{LEDGER}holdings/", "main tbody a[href*='/holdings/']")
IMPORTED = first_link(f"{LEDGER}imports/", "main a[href*='/imports/']")
WHY = first_link(LEDGER, "main a[data-why]")
SUM = first_link("", "main a[data-why][href*='figure=total&']")
COUNT = first_link("data-health/", "main a[data-why][href*='figure=withheld']")
COUNT_HERE = first_link(f"{PARTIAL}data-health/", "main a[data-why][href*='figure=withheld']")

PLACES: tuple[Place, ...] = (
    Place("login", "accounts:login", "login/", None),
    Place("dashboard", "home", ""),
    Place("data-health", "data-health", "data-health/"),
    Place("data-health-portfolio", "portfolio-data-health", f"{PARTIAL}data-health/"),
    Place("portfolios", "portfolios:list", "portfolios/"),
    Place("portfolio-new", "portfolios:new", "portfolios/new/", ADMIN.email),
    Place("overview", "portfolios:overview", LEDGER),
    Place("overview-partial", "portfolios:overview", PARTIAL),
    Place("overview-restated", "portfolios:overview", f"{LEDGER}?pack={RESTATEMENT.pack_id}"),
    Place("overview-no-pack", "portfolios:overview", LEDGER + NO_DAY, status=404),
    Place("performance", "portfolios:performance", f"{LEDGER}performance/"),
    Place(
        "performance-hedged", "portfolios:performance", f"{LEDGER}performance/?period=1Y&hedged=1"
    ),
    Place("performance-withheld", "portfolios:performance", f"{PARTIAL}performance/"),
    Place("attribution", "portfolios:attribution", f"{LEDGER}attribution/"),
    Place("attribution-withheld", "portfolios:attribution", f"{PARTIAL}attribution/"),
    Place("holdings", "portfolios:holdings", f"{LEDGER}holdings/"),
    Place("holdings-withheld", "portfolios:holdings", f"{PARTIAL}holdings/"),
    Place(
        "holding",
        "portfolios:holding",
        HOLDING,
    ),
    Place("security", "portfolios:security", first_link(PARTIAL, "main a[href*='/securities/']")),
    Place("transactions", "portfolios:transactions", f"{LEDGER}transactions/"),
    Place("transactions-empty", "portfolios:transactions", f"{LEDGER}transactions/?symbol=NONE"),
    Place("entry", "portfolios:entry", ENTRY),
    Place("entry-new", "portfolios:new_entry", f"{LEDGER}transactions/new/?entry_type=SELL"),
    Place("entry-correct", "portfolios:amend_entry", entry("correct/")),
    Place("entry-undo", "portfolios:reverse_entry", entry("undo/")),
    Place("transfer", "portfolios:transfer", f"{LEDGER}transfer/"),
    Place("actions", "portfolios:actions", f"{LEDGER}actions/"),
    Place("action", "portfolios:action", proposed_action),
    Place("reconciliation", "portfolios:reconciliation", f"{LEDGER}reconciliation/"),
    Place("settings", "portfolios:settings", f"{LEDGER}settings/"),
    Place("import", "portfolios:import", f"{LEDGER}import/"),
    Place("import-understand", "portfolios:import-step", waiting_file("depot.csv", FOREIGN)),
    Place("import-instruments", "portfolios:import-step", waiting_file("zzz.csv", UNNAMED)),
    Place("import-review", "portfolios:import-step", waiting_file("savings.csv", READABLE)),
    Place("import-mistaken", "portfolios:import-step", waiting_file("bad.csv", MISTAKEN)),
    Place("import-runs", "portfolios:import-runs", f"{LEDGER}imports/"),
    Place(
        "import-run",
        "portfolios:import-run",
        IMPORTED,
    ),
    Place("benchmarks", "portfolios:benchmarks", "benchmarks/"),
    Place("packs", "market:packs", "packs/"),
    Place("pack", "market:pack", "packs/2013-02-28-ECB-r1/"),
    Place("pack-superseded", "market:pack", f"packs/{RESTATEMENT.pack_id}/"),
    Place("pricing-policies", "market:policies", "packs/policies/"),
    Place("quarantine", "market:quarantine", "packs/quarantine/"),
    Place("restatement", "portfolios:restatement", "packs/2013-02-27-ECB-r2/restatement/"),
    Place("restate", "portfolios:restate", "packs/restate/", ADMIN.email),
    Place("runs", "portfolios:runs", "runs/"),
    Place("run", "portfolios:run", first_link("runs/", "#runs tbody th a")),
    Place("why", "portfolios:why", WHY),
    Place("why-together", "dashboard-why", SUM),
    Place("why-counted", "data-health-why", COUNT),
    Place("why-counted-here", "portfolio-data-health-why", COUNT_HERE),
    Place("compare", "portfolios:compare", two_runs),
    Place("nights", "nights", "nights/", ADMIN.email),
    Place("night", "night", first_link("nights/", "main a[href*='/nights/']"), ADMIN.email),
    Place("agents", "agents", "agents/", ADMIN.email),
    Place("patterns", "patterns", "patterns/"),
    Place("pattern", "pattern", f"patterns/holding_deep_dive/?portfolio_id={LEDGER_DEMO.id}"),
    Place("pattern-upload", "pattern-upload", "patterns/upload-file/", ADMIN.email),
    Place("panels", "panel-gallery", "patterns/panels/"),
    Place("capabilities", "capabilities", "capabilities/"),
    Place("methods", "methods:index", "methods/"),
    Place("method", "methods:page", "methods/returns/"),
    Place("golden-cases", "methods:fixtures", "methods/fixtures/h01_booking/"),
    Place("profile", "accounts:profile", "profile/"),
    Place("password", "accounts:password_change", "password/"),
    Place("api", "api-docs", "api/docs/"),
    Place(
        "missing",
        "portfolios:overview",
        "portfolios/00000000-0000-0000-0000-000000000000/",
        status=404,
    ),
    Place("forbidden", "nights", "nights/", status=403),
)

# What answers a browser and is no page, with the page that shows it.
NO_PAGE = {
    "destinations": "JSON for the palette",
    "health": "JSON for watchers",
    "health-pack": "JSON for watchers",
    "methods:rule": "leads to a place in methods:page",
    "panel-sample-report": "the PDF in panel-gallery",
    "pattern-progress": "a fragment of pattern",
    "portfolio-attention": "a fragment of portfolios:overview",
    "portfolios:ask": "leads to portfolios:why",
    "portfolios:choose-runs": "leads to portfolios:compare",
    "portfolios:export": "a download",
    "portfolios:import-progress": "a fragment of portfolios:import-step",
    "portfolios:listings": "a fragment of portfolios:new_entry",
    "portfolios:panel-csv": "a download",
}


def find(place: Place, page: Page, address: str) -> str:
    """The whole address of a place, for a page that its reader has logged in on."""
    found = place.found if isinstance(place.found, str) else place.found(page, address)
    return address + found
