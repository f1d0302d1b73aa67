"""A person brings the closes of a listing without a price source."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from accounts.tests.factories import UserFactory
from market.exceptions import ClosesRefused, PriceSourceTaken
from market.models import PriceObservation, Security
from market.selectors import pack_prices
from market.selectors.listing_page import listing_page
from market.services import build_pack, connect_prices
from market.services.connecting import newest_brought, source_named
from market.tests.factories import CorporateActionFactory, SecurityFactory, make

WED, THU, FRI = date(2013, 2, 27), date(2013, 2, 28), date(2013, 3, 1)
TWO = b"date,close\n2013-02-27,62.10\n2013-02-28,62.50\n"


@pytest.fixture
def dark(db: None) -> Security:
    return make(SecurityFactory, symbol="DARK", exchange="XTSE", currency="CAD", price_source="")


def test_closes_become_observations(dark: Security, alice: User) -> None:
    report = connect_prices(dark, TWO, "dark.csv", alice)
    assert (report.added, report.corrected, report.known) == (2, 0, 0)
    assert (report.first, report.last, report.changed_from) == (WED, THU, WED)

    dark.refresh_from_db()
    assert dark.price_source == "Upload"
    stored = PriceObservation.objects.get(observed_on=THU)
    assert (str(stored.close), stored.currency) == ("62.50000000", "CAD")
    assert (stored.source, stored.licence_class) == ("Upload: dark.csv", "user")
    assert datetime.now(UTC) - stored.available_at < timedelta(minutes=1)
    event = AuditEvent.objects.get(action="market.prices.connect")
    assert (event.actor, event.resource_id, event.details["added"]) == (alice, str(dark.pk), 2)


def test_the_same_closes_again_are_known_under_any_name(dark: Security, alice: User) -> None:
    connect_prices(dark, TWO, "dark.csv", alice)
    again = connect_prices(dark, TWO, "copy of dark.csv", alice)
    assert (again.added, again.known, again.changed_from) == (0, 2, None)
    assert PriceObservation.objects.count() == 2


def test_a_second_file_continues_and_corrects_the_first(dark: Security, alice: User) -> None:
    connect_prices(dark, TWO, "dark.csv", alice)
    more = b"date,close\n2013-02-28,62.60\n2013-03-01,63\n"
    report = connect_prices(dark, more, "more.csv", alice)
    assert (report.added, report.corrected, report.changed_from) == (1, 1, THU)
    assert {day: str(close) for day, close in newest_brought(dark.pk, "CAD").items()} == {
        WED: "62.10000000",
        THU: "62.60000000",
        FRI: "63.00000000",
    }

    # A pack takes each day from whichever file said it last; the first file is not forgotten.
    assert pack_prices(build_pack(WED).pk).prices[dark.pk].source == "Upload: dark.csv"
    assert pack_prices(build_pack(THU).pk).prices[dark.pk].source == "Upload: more.csv"

    back = connect_prices(dark, TWO, "dark.csv", alice)
    assert (back.added, back.corrected, back.known) == (0, 1, 1)


@pytest.mark.parametrize("role", ["VIEWER", "USER"])
def test_below_manager_nobody_may(dark: Security, role: str) -> None:
    user = UserFactory.create(email="x@example.org", role=role)
    with pytest.raises(PermissionDenied):
        connect_prices(dark, TWO, "dark.csv", user)
    assert not PriceObservation.objects.exists()


def test_a_listing_with_a_source_is_left_to_it(alice: User) -> None:
    priced = make(SecurityFactory, price_source="tape")
    with pytest.raises(PriceSourceTaken, match="priced by tape"):
        connect_prices(priced, TWO, "x.csv", alice)


def test_every_mistake_is_reported_and_nothing_is_stored(dark: Security, alice: User) -> None:
    content = (
        b"date,close,currency\n"
        b"2013-02-27,62.10,CAD\n"
        b"2013-02-28,6250,\n"  # cents
        b"2013-03-02,62.50,\n"  # a Saturday
        b"2013-02-18,62.50,\n"  # Family Day in Toronto
        b"1989-12-29,62.50,\n"  # before the calendars begin
        b"2999-01-04,62.50,\n"
        b"2013-02-27,62.10,\n"
        b"2013-02-26,NaN,USD\n"
    )
    with pytest.raises(ClosesRefused, match="Nothing was stored: 9 mistakes") as refused:
        connect_prices(dark, content, "dark.csv", alice)
    errors = refused.value.details["errors"]
    assert [(error["row"], error["reason"]) for error in errors] == [
        (3, "suspicious_jump"),
        (4, "date_invalid"),
        (4, "suspicious_jump"),
        (5, "date_invalid"),
        (6, "date_invalid"),
        (7, "date_invalid"),
        (8, "duplicate"),
        (9, "currency_mismatch"),
        (9, "number_invalid"),
    ]
    dark.refresh_from_db()
    assert (dark.price_source, PriceObservation.objects.count()) == ("", 0)


def test_a_split_that_is_known_explains_its_jump(dark: Security) -> None:
    """100 old shares become a new one on Thursday: 0.62 before is 62 after."""
    make(
        CorporateActionFactory,
        security=dark,
        action_type="reverse_split",
        ex_date=THU,
        new_shares=Decimal(1),
        old_shares=Decimal(100),
    )
    content = b"date,close\n2013-02-27,0.62\n2013-02-28,62.50\n"
    assert connect_prices(dark, content, "dark.csv", None).added == 2
    with pytest.raises(ClosesRefused, match="hundredfold"):
        connect_prices(dark, b"date,close\n2013-03-01,0.63\n", "dark.csv", None)


def test_a_real_jump_can_be_taken(dark: Security) -> None:
    """By the shell, which is nobody: after a consolidation of a hundred shares to one."""
    content = b"date,close\n2013-02-27,0.10\n2013-02-28,10\n"
    with pytest.raises(ClosesRefused, match="hundredfold"):
        connect_prices(dark, content, "dark.csv", None)
    assert connect_prices(dark, content, "dark.csv", None, accept_jumps=True).added == 2


def test_an_exchange_without_a_known_calendar_may_be_open_on_any_day(alice: User) -> None:
    far = make(SecurityFactory, exchange="XQQQ", price_source="")
    assert connect_prices(far, b"date,close\n2013-03-02,1\n", "far.csv", alice).added == 1


@pytest.mark.parametrize(
    ("filename", "source"),
    [
        ("dark.csv", "Upload: dark.csv"),
        ("a\x00b\nc\udcff.csv", "Upload: abc.csv"),
        ("", "Upload: closes.csv"),
        ("x" * 200, "Upload: " + "x" * 92),
    ],
)
def test_a_file_is_named_in_what_a_line_can_hold(filename: str, source: str) -> None:
    assert source_named(filename) == source


def test_the_page_shows_the_newest_first(dark: Security, alice: User) -> None:
    assert listing_page(dark.pk).newest == ()
    connect_prices(dark, TWO, "dark.csv", alice)
    shown = listing_page(dark.pk)
    assert [(row.observed_on, row.close) for row in shown.newest] == [
        (THU, "62.50"),
        (WED, "62.10"),
    ]
    assert (shown.days, shown.first, shown.last, shown.takes_uploads) == (2, WED, THU, True)
