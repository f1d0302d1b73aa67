"""Which security a file means: certain, or asked. A name is never enough."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from market.models import Security, SecurityAlias
from market.tests.factories import SecurityFactory
from portfolios.formats.contract import Stated
from portfolios.formats.draft import Draft
from portfolios.models import InstrumentMatch, Portfolio
from portfolios.selectors.instruments import Instrument, match_instruments
from portfolios.tests.world import MON, listing

ISIN = "CA0000000017"


@pytest.fixture
def portfolio(market: None, portfolio: Portfolio) -> Portfolio:
    """With MAPLE on two exchanges: Toronto in CAD, New York in USD."""
    SecurityFactory.create(symbol="MAPLE", exchange="XNYS", currency="USD", name="Maple Inc.")
    Security.objects.filter(symbol="MAPLE").update(isin=ISIN)
    return portfolio


def draft(**said: Any) -> Draft:
    given: dict[str, Any] = {"entry_type": "BUY", "currency": "CAD", "row": 2} | said
    return Draft(transaction_date=MON, quantity=Decimal(1), **given)


def matched(portfolio: Portfolio, *drafts: Draft, **decided: Any) -> Instrument:
    (found,) = match_instruments(portfolio, drafts, (), decided.get("decided", {})).values()
    return found


@pytest.mark.parametrize(
    ("said", "key", "how"),
    [
        ({"symbol": "ACME", "exchange": "XNAS"}, "ACME.XNAS.raw", "symbol and exchange"),
        ({"symbol": "ACME", "exchange": "NASDAQ"}, "ACME.XNAS.raw", "symbol and exchange"),
        ({"symbol": "MAPLE", "currency": "CAD"}, "MAPLE.XTSE.raw", "symbol and currency"),
        ({"symbol": "MAPLE", "currency": "USD"}, "MAPLE.XNYS.raw", "symbol and currency"),
        ({"isin": ISIN, "exchange": "XTSE"}, "MAPLE.XTSE.raw", "ISIN"),
        ({"isin": ISIN, "currency": "USD"}, "MAPLE.XNYS.raw", "ISIN"),
        ({"isin": ISIN, "exchange": "a floor nobody knows"}, "MAPLE.XTSE.raw", "ISIN"),
        ({"symbol": "other", "figi": "BBG1"}, "MAPLE.XTSE.raw", "FIGI or CUSIP"),
        (
            {"symbol": "MAPLE", "currency": "EUR", "security_currency": "USD"},
            "MAPLE.XNYS.raw",
            "symbol and currency",
        ),
    ],
)
def test_what_is_certain(portfolio: Portfolio, said: dict[str, str], key: str, how: str) -> None:
    SecurityAlias.objects.create(
        security=Security.objects.get(symbol="MAPLE", exchange="XTSE"), scheme="figi", value="BBG1"
    )
    found = matched(portfolio, draft(**said))
    assert found.security is not None
    assert (found.security.key, found.how) == (key, how)


@pytest.mark.parametrize(
    ("said", "reason", "candidates"),
    [
        ({"symbol": "MAPLE", "entry_type": "FEE"}, "ambiguous", {"XNYS", "XTSE"}),
        ({"symbol": "ACME", "currency": "CAD"}, "unknown_symbol", {"XNAS"}),  # it is traded in USD
        ({"symbol": "ACME", "exchange": "XLON", "currency": "USD"}, "unknown_symbol", {"XNAS"}),
        (
            {"symbol": "NEWCO", "security_name": "Maple Incorporated"},
            "unknown_symbol",
            {"XNYS", "XTSE"},
        ),
        ({"symbol": "MAPLE", "isin": "US0000000019"}, "unknown_symbol", {"XNYS", "XTSE"}),
    ],
)
def test_what_is_asked(
    portfolio: Portfolio, said: dict[str, str], reason: str, candidates: set[str]
) -> None:
    found = matched(portfolio, draft(**said))
    assert found.security is None
    assert found.reason == reason
    assert {each.exchange for each in found.candidates} == candidates


def test_the_currency_of_a_dividend_says_nothing_about_the_listing(portfolio: Portfolio) -> None:
    paid = draft(symbol="ACME", entry_type="DIVIDEND", currency="EUR")
    assert matched(portfolio, paid).security == listing("ACME")


def test_what_was_confirmed_wins_and_what_is_decided_now_wins_over_it(
    portfolio: Portfolio,
) -> None:
    acme, dark = listing("ACME"), listing("DARK")
    InstrumentMatch.objects.create(
        portfolio=portfolio,
        identifier="symbol:ACME",
        security=dark,
        confirmed_by=portfolio.owner,
    )
    said = draft(symbol="ACME", currency="USD")
    assert matched(portfolio, said).security == dark
    assert matched(portfolio, said, decided={"symbol:ACME": acme.pk}).security == acme


def test_an_instrument_is_asked_about_once_for_all_its_rows(portfolio: Portfolio) -> None:
    stated = Stated(kind="quantity", asof_date=date(2013, 2, 5), amount=Decimal(3), symbol="NEWCO")
    drafts = [draft(symbol="NEWCO", row=row) for row in (2, 5)]
    (found,) = match_instruments(portfolio, drafts, [stated], {}).values()
    assert found.rows == [2, 5, None]
    assert found.identifier == "symbol:NEWCO"


def test_the_security_that_a_merger_leads_to_is_matched_too(portfolio: Portfolio) -> None:
    merger = draft(entry_type="MERGER", symbol="ACME", to_symbol="DARK", to_exchange="XTSE")
    known = match_instruments(portfolio, [merger], (), {})
    assert [each.security for each in known.values()] == [listing("ACME"), listing("DARK")]


def test_a_title_alone_is_asked_about_and_its_answer_kept(portfolio: Portfolio) -> None:
    """Whatever it sounds like: no title is a match. Cash that speaks of a name is only cash."""
    fund = draft(security_name="MAPLE")
    found = matched(portfolio, fund)
    assert found.security is None and "No security 'MAPLE' is known" in found.message
    acme = listing("ACME")
    answered = matched(portfolio, fund, decided={found.identifier: acme.pk})
    assert (found.identifier, answered.security) == ("name:MAPLE", acme)
    cash = Draft(entry_type="INTEREST", transaction_date=MON, security_name="Money market")
    assert not match_instruments(portfolio, [cash], (), {})
