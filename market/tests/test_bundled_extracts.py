"""The bundled extracts are what SOURCES.json says, and say what really happened."""

import csv
import gzip
import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from market.providers import bundled
from market.providers.bundled import DATA, Dividend, Split
from market.selectors.calendars import sessions

REFERENCE = DATA.parent.parent.parent / "shared" / "data" / "prices" / "quandl_wiki"


def sources() -> dict[str, list[dict[str, Any]]]:
    documents: dict[str, list[dict[str, Any]]] = json.loads((DATA / "SOURCES.json").read_text())
    return documents


@pytest.mark.parametrize("kind", ["extracts", "typed"])
def test_every_file_has_the_hash_that_sources_names(kind: str) -> None:
    for document in sources()[kind]:
        content = (DATA / document["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == document["sha256"], document["file"]


def test_extracts_hold_the_rows_and_content_that_sources_names() -> None:
    for document in sources()["extracts"]:
        content = (DATA / document["file"]).read_bytes()
        if document["file"].endswith(".gz"):
            content = gzip.decompress(content)
        assert hashlib.sha256(content).hexdigest() == document["content_sha256"]
        assert len(content.splitlines()) - 1 == document["rows"]


def test_no_file_is_without_a_source() -> None:
    named = {document["file"] for kind in sources().values() for document in kind}
    present = {path.name for path in DATA.iterdir() if path.is_file()}
    assert present == named | {"NOTICE", "SOURCES.json"}


def test_everything_is_class_a_and_small() -> None:
    assert {document["licence_class"] for document in sources()["extracts"]} == {"A"}
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 3_000_000


def test_sources_name_packages_and_no_addresses() -> None:
    texts = [(DATA / name).read_text() for name in ("SOURCES.json", "NOTICE", "pay_dates.csv")]
    assert not any("://" in text for text in texts)


def test_prices_cover_every_session_of_new_york() -> None:
    open_days = sessions("XNYS", date(2000, 3, 1), date(2013, 3, 1))
    days: dict[str, set[date]] = {}
    for quote in bundled.prices():
        days.setdefault(quote.symbol, set()).add(quote.observed_on)
    listed = {"GOOG": date(2004, 8, 19), "FB": date(2012, 5, 18)}
    for symbol, seen in days.items():
        assert seen == {d for d in open_days if d >= listed.get(symbol, d)}, symbol
    assert sorted(days) == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def test_54_sessions_of_new_york_have_no_fixing_in_frankfurt() -> None:
    """From the first fixing on 1999-01-04 to the end of 2022; the euro's holidays differ."""
    fixed = {quote.observed_on for quote in bundled.rates()}
    missing = set(sessions("XNYS", date(1999, 1, 4), date(2022, 12, 30))) - fixed
    assert len(missing) == 54
    assert date(2012, 5, 1) in missing


def dividends(symbol: str) -> list[Dividend]:
    return [
        action
        for action in bundled.corporate_actions()
        if isinstance(action, Dividend) and action.symbol == symbol
    ]


def test_splits_are_the_three_that_happened() -> None:
    splits = [action for action in bundled.corporate_actions() if isinstance(action, Split)]
    assert [(s.symbol, s.ex_date, s.new_shares, s.old_shares) for s in splits] == [
        ("AAPL", date(2000, 6, 21), 2, 1),
        ("AAPL", date(2005, 2, 28), 2, 1),
        ("MSFT", date(2003, 2, 18), 2, 1),
    ]


def test_dividends_are_counted() -> None:
    """IBM: 13 years of four. MSFT: 2 yearly, then quarterly from August 2004, 35 of them."""
    counts = {symbol: len(dividends(symbol)) for symbol in ("AAPL", "FB", "GOOG", "IBM", "MSFT")}
    assert counts == {"AAPL": 3, "FB": 0, "GOOG": 0, "IBM": 13 * 4, "MSFT": 2 + 35}


def test_ibm_pays_every_quarter() -> None:
    quarters = [(d.ex_date.year, (d.ex_date.month - 1) // 3) for d in dividends("IBM")]
    assert len(set(quarters)) == len(quarters) == 52


def test_microsoft_paid_its_special_dividend_with_a_regular_one() -> None:
    """3.00 special and 0.08 regular went ex on the same day."""
    amounts = {d.ex_date: d.amount for d in dividends("MSFT")}
    assert amounts[date(2004, 11, 15)] == Decimal("3.00") + Decimal("0.08")


def test_pay_dates_follow_their_ex_dates() -> None:
    """A holder of record is known two settlement days after the ex-date, and paid later."""
    known = [d for s in ("AAPL", "IBM", "MSFT") for d in dividends(s) if d.pay_date]
    assert len(known) == len(bundled.rows("pay_dates.csv"))
    for dividend in known:
        assert dividend.record_date
        assert dividend.pay_date
        assert timedelta(2) <= dividend.record_date - dividend.ex_date <= timedelta(5)
        assert timedelta(2) < dividend.pay_date - dividend.record_date < timedelta(40)
        assert dividend.pay_date_source


def test_bill_rates_are_fractions_and_monthly() -> None:
    """October 2008 averaged 0.67% and June 1981 14.73%, in the Federal Reserve's H.15."""
    rates = {(bill.year, bill.month): bill.rate for bill in bundled.risk_free()}
    assert rates[2008, 10] == Decimal("0.0067")
    assert rates[1981, 6] == Decimal("0.1473")
    assert len(rates) == (2022 - 1934) * 12 + 9


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference data is not beside us")
@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_derived_events_equal_the_original(symbol: str) -> None:
    """Against Quandl WIKI Prices itself (public domain), which lists events as declared."""
    with gzip.open(Path(REFERENCE, f"{symbol}.csv.gz"), "rt") as stream:
        rows = [r for r in csv.DictReader(stream) if "2000-03-02" <= r["date"] <= "2013-03-01"]
    paid = {r["date"]: Decimal(r["ex_dividend"]) for r in rows if float(r["ex_dividend"])}
    split = {r["date"]: Decimal(r["split_ratio"]) for r in rows if float(r["split_ratio"]) != 1}
    assert {d.ex_date.isoformat(): d.amount for d in dividends(symbol)} == paid
    assert {
        action.ex_date.isoformat(): Decimal(action.new_shares) / action.old_shares
        for action in bundled.corporate_actions()
        if isinstance(action, Split) and action.symbol == symbol
    } == split


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference data is not beside us")
@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_raw_closes_equal_the_original(symbol: str) -> None:
    with gzip.open(Path(REFERENCE, f"{symbol}.csv.gz"), "rt") as stream:
        original = {row["date"]: Decimal(row["close"]) for row in csv.DictReader(stream)}
    ours = [quote for quote in bundled.prices() if quote.symbol == symbol]
    different = [q for q in ours if original[q.observed_on.isoformat()] != q.close]
    assert not different
