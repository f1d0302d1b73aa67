"""What the bundled provider says about securities, and from when each value was known."""

from datetime import UTC, date, datetime
from decimal import Decimal

from market.calc.quotes import PriceQuote
from market.providers import PriceProvider, RateProvider, bundled
from market.services import receive, record_actions, register_securities


def close(symbol: str, day: date) -> PriceQuote:
    return next(q for q in bundled.prices() if q.symbol == symbol and q.observed_on == day)


def test_the_module_is_a_provider() -> None:
    prices: PriceProvider = bundled
    rates: RateProvider = bundled
    assert prices.last_day() == max(quote.observed_on for quote in prices.prices())
    assert next(rates.rates()).observed_on == date(1999, 1, 4)


def test_a_close_is_known_in_the_evening_of_its_day() -> None:
    quote = close("AAPL", date(2013, 2, 27))
    assert quote.close == Decimal("444.57")
    assert quote.available_at == datetime(2013, 2, 27, 22, tzinfo=UTC)
    assert (quote.currency, quote.exchange, quote.price_basis) == ("USD", "XNAS", "raw")


def test_a_fixing_is_known_in_the_afternoon_of_its_day() -> None:
    fixings = [q for q in bundled.rates() if q.observed_on == date(2013, 2, 28)]
    assert {q.available_at for q in fixings} == {datetime(2013, 2, 28, 15, tzinfo=UTC)}
    assert {q.base_currency for q in fixings} == {"EUR"}
    assert {q.fixing for q in fixings} == {"ECB reference rate"}
    assert len(fixings) == 11


def test_the_close_that_restates_a_pack_arrives_the_next_afternoon() -> None:
    """The pack of the 27th is built at 05:05 UTC on the 28th, without it."""
    quote = close("GOOG", date(2013, 2, 27))
    built = datetime(2013, 2, 28, 5, 5, tzinfo=UTC)
    assert built < quote.available_at == datetime(2013, 2, 28, 14, tzinfo=UTC)
    assert quote.close == Decimal("799.78")


def test_the_stale_close_arrives_after_the_demo() -> None:
    assert close("IBM", date(2013, 2, 28)).available_at == datetime(2013, 3, 4, 14, tzinfo=UTC)


def test_late_closes_are_real_closes() -> None:
    real = {(quote.symbol, quote.observed_on) for quote in bundled.prices()}
    assert set(bundled.late_closes()) <= real
    assert len(bundled.late_closes()) == 2


def test_toronto_names_have_no_price_source() -> None:
    without = {s.symbol for s in bundled.securities() if not s.price_source}
    assert without == {"RY", "XIU"}
    assert without.isdisjoint(quote.symbol for quote in bundled.prices())


def test_a_price_source_is_the_source_of_the_prices() -> None:
    connected = {s.symbol: s.price_source for s in bundled.securities() if s.price_source}
    assert connected == {quote.symbol: quote.source for quote in bundled.prices()}


def test_sectors_name_their_classification() -> None:
    for security in bundled.securities():
        assert bool(security.sector) == bool(security.sector_source) == bool(security.sic_code)
        assert security.sic_code in security.sector_source


def test_isins_have_a_valid_check_digit() -> None:
    """Letters count as 10 to 35; from the right every second digit is doubled; the sum of the
    digits is a multiple of ten."""
    for isin in filter(None, (s.isin for s in bundled.securities())):
        digits = "".join(str(int(letter, 36)) for letter in isin)
        doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
        assert sum(sum(map(int, str(n))) for n in doubled) % 10 == 0, isin


def test_a_bill_rate_is_not_known_within_its_month() -> None:
    for bill in bundled.risk_free():
        assert (bill.known_from.year, bill.known_from.month) > (bill.year, bill.month)


def test_a_bill_rate_is_known_on_the_first_business_day() -> None:
    """1 September 2008 was Labor Day, a Monday; 1 February 2009 a Sunday."""
    known = {(bill.year, bill.month): bill.known_from for bill in bundled.risk_free()}
    assert known[2008, 8] == date(2008, 9, 2)
    assert known[2009, 1] == date(2009, 2, 2)
    assert known[2012, 12] == date(2013, 1, 2)


def test_thirteen_years_of_real_closes_and_fixings_pass_the_gate(db: None) -> None:
    """Splits included; two late closes are late by a session or two, which is not too late."""
    register_securities(bundled.securities())
    record_actions(bundled.action_facts())
    report = receive(bundled.prices(), bundled.rates())
    assert report.quarantined == ()
    assert report.stored.added > 40_000
