"""Holdings, lots and the inbox of corporate actions, as a browser gets them."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.tests.walking import unasked
from market.calc.events import ActionFacts
from market.models import CorporateAction
from market.services import record_actions, register_securities
from portfolios.models import Portfolio, Transaction
from portfolios.services.portfolios import set_loss_rule
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.world import ACME, FRI, MON, THU, WED, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def address(name: str, portfolio: Portfolio, *more: Any) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk, *more])


def html_of(response: Any) -> str:
    return str(response.content.decode())


def announce(kind: str, day: date, **said: Any) -> CorporateAction:
    fact = ActionFacts(
        symbol="ACME", exchange="XNAS", action_type=kind, ex_date=day, source="tape", **said
    )
    record_actions([fact])
    return CorporateAction.objects.get(action_type=kind, ex_date=day)


@pytest.fixture
def dividend(traded: Portfolio) -> CorporateAction:
    return announce("dividend", WED, amount=Decimal("0.50"), currency="USD")


def test_holdings_are_shown_with_their_worth(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """15 ACME × 12 USD × 1.20 = 216.00 CAD; 360 USD are 432.00 CAD."""
    html = html_of(browser(alice).get(address("holdings", traded)))
    assert "216.00" in html and "432.00" in html


def test_holdings_are_asked_for_by_day_and_currency(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """Thursday: 15 ACME × 12 USD × 1.04 = 187.20 CAD, 5 having been sold; 20.80 came that day.
    What was booked for Friday is not in it, and the page says so."""
    append(traded, alice, deposit("1", FRI))
    client, page = browser(alice), address("holdings", traded)
    html = html_of(client.get(page, {"asof": str(THU)}))
    assert "187.20" in html and "20.80" in html
    assert "1 entry of a later day" in html
    assert re.search(r'id="asof-picker"\s+value="2013-02-07"', html)
    assert f'href="{address("holding", traded, listing("ACME").pk)}"' in html
    told = html_of(client.get(page, {"currency": "USD"}))
    assert "180.00" in told and "entry of a later day" not in told
    assert client.get(page, {"asof": "x"}).status_code == 422


def test_holdings_have_the_figures_of_the_overview(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    shown = re.compile(r">(1,198.00|216.00|250.00|66.00)<")
    found = [
        set(shown.findall(html_of(client.get(address(name, traded)))))
        for name in ("overview", "holdings")
    ]
    assert found[0] == found[1] == {"1,198.00", "216.00", "250.00", "66.00"}


def test_before_there_is_a_pack_holdings_are_what_is_booked(
    browser: Browser, portfolio: Portfolio, alice: User
) -> None:
    register_securities([ACME])
    append(portfolio, alice, deposit("100", MON))
    html = html_of(browser(alice).get(address("holdings", portfolio)))
    assert "There is no pack yet" in html and "100.00" in html


def test_a_holding_has_its_return_and_what_it_added(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """ACME in CAD since Monday: 44.00 %. Of the 19.80 % it added 20·1 + 20·1 USD and the dollar."""
    page = address("holding", traded, listing("ACME").pk)
    html = html_of(browser(alice).get(page, {"period": "SI"}))
    for panel in ("position_summary", "performance_chart", "own_currency", "risk_analysis"):
        assert f'id="panel-{panel}"' in html
    assert "44.00" in html and "19.80" in html


def test_a_holding_is_shown_for_the_period_in_the_address(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """Friday alone: no price moved, the dollar rose by 0.16/1.04, 15.38 %."""
    page = address("holding", traded, listing("ACME").pk)
    assert "15.38" in html_of(browser(alice).get(page, {"start": "2013-02-07"}))
    assert browser(alice).get(page, {"start": "2013-02-31"}).status_code == 422
    assert browser(alice).get(page, {"asof": "1999-12-31"}).status_code == 404


def test_lots_are_shown_before_there_is_any_pack(
    browser: Browser, portfolio: Portfolio, alice: User, db: None
) -> None:
    register_securities([ACME])
    html = html_of(browser(alice).get(address("holding", portfolio, listing("ACME").pk)))
    assert "No lot of it" in html and 'id="panel-' not in html


def test_what_lies_ahead_stands_above_the_inbox(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """A week after Friday 15 ACME pay 0.50 USD each: 7.50 × 1.20 = 9.00 CAD before withholding."""
    announce("dividend", date(2013, 2, 15), amount=Decimal("0.50"), currency="USD")
    html = html_of(browser(alice).get(address("actions", traded)))
    ahead, inbox = html.index('id="panel-notifications_list"'), html.index('id="proposed-title"')
    assert ahead < inbox
    assert "ACME · Dividend" in html and "9.00" in html
    assert "Nothing else is announced." in html
    assert browser(alice).get(address("actions", traded), {"asof": "x"}).status_code == 422


def test_lots_are_shown_with_their_history(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """15 of 20 ACME are open: worth 216.00, cost 150.00, unrealised 66.00 CAD. The 5 that were
    sold realised 12.40 CAD: 10.00 of price, 2.00 of currency, 0.40 of both."""
    html = html_of(browser(alice).get(address("holding", traded, listing("ACME").pk)))
    for shown in ("3.1", "66.00", "12.40", "Sale, entry 5"):
        assert shown in html


def test_a_lot_without_a_price_says_why(browser: Browser, traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("BUY", listing("DARK"), "2", "5", FRI))
    html = html_of(browser(alice).get(address("holding", traded, listing("DARK").pk)))
    assert "DARK has no price" in html


def test_a_deferred_loss_is_labelled(browser: Browser, traded: Portfolio, alice: User) -> None:
    """2 ACME sold at 8 the day before 2 others are bought: the loss on them is disallowed."""
    acme = listing("ACME")
    append(traded, alice, trade("SELL", acme, "2", "8", THU), trade("BUY", acme, "2", "12", FRI))
    set_loss_rule(portfolio_id=traded.pk, rule="US", by=alice)
    assert "disallowed" in html_of(browser(alice).get(address("holding", traded, acme.pk)))


def test_a_corporate_action_stands_in_the_history_of_its_lots(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    action = announce("split", FRI, new_shares=Decimal(2), old_shares=Decimal(1))
    client, url = browser(alice), address("action", traded, action.pk)
    client.post(url, posting(client, url))
    html = html_of(client.get(address("holding", traded, listing("ACME").pk)))
    # the sale of Wednesday comes before the split of Friday
    assert html.index("Sale, entry 5") < html.index("Split, entry 6")


@pytest.mark.parametrize("number", ["2", "x", "-1", "9" * 30])
def test_a_page_of_lots_that_is_not_there_is_the_nearest(
    browser: Browser, traded: Portfolio, alice: User, number: str
) -> None:
    url = address("holding", traded, listing("ACME").pk)
    assert browser(alice).get(url, {"page": number}).status_code == 200


@pytest.mark.parametrize("name", ["holdings", "holding", "actions"])
def test_the_number_of_queries_does_not_grow_with_what_is_held(
    browser: Browser,
    traded: Portfolio,
    alice: User,
    dividend: CorporateAction,
    django_assert_max_num_queries: Any,
    name: str,
) -> None:
    acme = listing("ACME")
    for price in range(8, 20):  # a dozen lots, half of them sold
        append(
            traded,
            alice,
            deposit("500"),
            trade("BUY", acme, "2", str(price), THU),
            trade("SELL", acme, "1", str(price), FRI),
        )
    client = browser(alice)
    url = address(name, traded, *([acme.pk] if name == "holding" else []))
    client.get(url)
    # Session, user and identity; portfolio and rights; pack and head for the strip; what the
    # page itself asks is a handful, whatever the number of lots.
    with django_assert_max_num_queries(32):
        client.get(url)


@pytest.mark.parametrize("name", ["holdings", "holding", "actions"])
def test_strangers_find_nothing(
    browser: Browser, traded: Portfolio, charlie: User, name: str
) -> None:
    more = [listing("ACME").pk] if name == "holding" else []
    assert browser(charlie).get(address(name, traded, *more)).status_code == 404


def posting(client: Client, url: str, **said: str) -> dict[str, str]:
    html = html_of(client.post(url, said | {"preview": "1"}))
    (token,) = re.findall(r'name="previewed" value="([0-9a-f]{64})"', html)
    return said | {"previewed": token, "write": "1"}


def test_an_action_is_looked_at_then_posted_then_undone(
    browser: Browser, traded: Portfolio, alice: User, dividend: CorporateAction
) -> None:
    """20 × 0.50 less 15%: 10.00 gross, 1.50 withheld, 8.50 net."""
    client = browser(alice)
    assert "10.00" in html_of(client.get(address("actions", traded)))
    url = address("action", traded, dividend.pk)
    assert 'value="write"' not in html_of(client.get(url))  # nobody knows what was withheld
    assert client.post(url, {"withholding": "", "preview": "1"}).status_code == 422

    response = client.post(url, posting(client, url, withholding="15"))
    assert response["Location"] == address("actions", traded)
    row = Transaction.objects.get(portfolio=traded, seq=6)
    assert (row.net_amount, row.corporate_action_id) == (Decimal("8.5"), dividend.pk)

    html = html_of(client.get(address("actions", traded)))
    assert "Nothing to decide" in html and "Undo" in html
    client.post(address("reopen_action", traded, dividend.pk))
    assert "Look and confirm" in html_of(client.get(address("actions", traded)))


def test_an_untouched_form_can_be_posted_as_it_was_previewed(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """The fact says 15%: the preview is there at once, and its button posts what it shows."""
    action = announce(
        "dividend",
        WED,
        amount=Decimal("0.50"),
        currency="USD",
        withholding_tax_rate=Decimal("0.15"),
        pay_date=FRI,
    )
    client, url = browser(alice), address("action", traded, action.pk)
    html = html_of(client.get(url))
    (token,) = re.findall(r'name="previewed" value="([0-9a-f]{64})"', html)
    said = {"withholding": "15", "pay_date": "2013-02-08", "note": ""}
    response = client.post(url, said | {"previewed": token, "write": "1"})
    assert response.status_code == 302
    assert Transaction.objects.get(portfolio=traded, seq=6).taxes == Decimal("1.5")


def test_an_action_is_posted_in_all_own_portfolios(
    browser: Browser, traded: Portfolio, alice: User, dividend: CorporateAction
) -> None:
    url = address("action", traded, dividend.pk)
    response = browser(alice).post(url, {"withholding": "0", "everywhere": "1"}, follow=True)
    assert f"{traded.name}: posted as entry 6." in html_of(response)


def test_an_action_is_dismissed_with_a_reason_and_proposed_again(
    browser: Browser, traded: Portfolio, alice: User, dividend: CorporateAction
) -> None:
    client, url = browser(alice), address("dismiss_action", traded, dividend.pk)
    assert "Say why" in html_of(client.post(url, {"reason": ""}, follow=True))
    html = html_of(client.post(url, {"reason": "held at another broker"}, follow=True))
    assert "held at another broker" in html and "Propose again" in html
    client.post(address("reopen_action", traded, dividend.pk))
    assert "Look and confirm" in html_of(client.get(address("actions", traded)))


def test_what_is_not_proposed_has_no_page(
    browser: Browser, traded: Portfolio, alice: User, dividend: CorporateAction
) -> None:
    client, url = browser(alice), address("action", traded, dividend.pk)
    client.post(url, posting(client, url, withholding="0"))
    assert client.get(url).status_code == 409


def test_a_viewer_reads_the_inbox_and_decides_nothing(
    browser: Browser, traded: Portfolio, bob_viewer: User, dividend: CorporateAction
) -> None:
    client = browser(bob_viewer)
    html = html_of(client.get(address("actions", traded)))
    assert "ACME" in html and "Look and confirm" not in html
    for name in ("action", "dismiss_action", "reopen_action"):
        assert client.post(address(name, traded, dividend.pk)).status_code == 403


def test_the_page_of_a_listing_puts_the_factor_beside_the_raw_price(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """2 for 1 on Thursday: Wednesday's 11 stays 11, and one of its shares is two of today's."""
    announce("split", THU, new_shares=Decimal(2), old_shares=Decimal(1))
    html = html_of(browser(alice).get(reverse("portfolios:security", args=[listing("ACME").pk])))
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    (wednesday,) = [row for row in rows if "2013-02-06" in row and "11" in row]
    (thursday,) = [row for row in rows if "2013-02-07" in row and "12" in row]
    assert ">2</td>" in wednesday and ">1</td>" in thursday


def test_lots_are_priced_by_the_pack_of_the_page(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """15 ACME at 12 USD: 187.20 CAD at Thursday's 1.04, 216.00 at Friday's 1.20."""
    page = address("holding", traded, listing("ACME").pk)
    thursday = browser(alice).get(page, {"asof": THU.isoformat()})
    assert thursday.context["shown"].pack_id == thursday.context["provenance"].pack_id
    assert [row.market_value for row in thursday.context["shown"].rows] == [Decimal("187.20")]
    friday = browser(alice).get(page)
    assert [row.market_value for row in friday.context["shown"].rows] == [Decimal("216.00")]
    row = f"#price-{listing('ACME').pk}"
    assert f"{reverse('market:pack', args=[friday.context['shown'].pack_id])}{row}" in html_of(
        friday
    )


def test_every_number_of_a_holding_is_asked_but_the_price_that_leads_to_its_row(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    page = address("holding", traded, listing("ACME").pk)
    assert unasked(browser(alice), page) == ["12.00000000"]
