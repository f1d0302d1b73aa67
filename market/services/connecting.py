"""Closes that a person brings for a listing without a price source."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import record
from market.calc.quotes import PriceQuote
from market.exceptions import ClosesRefused, DateRangeInvalid, PriceSourceTaken
from market.formats.closes import Close, closed_days, jumps, parse_closes
from market.formats.csv_records import Limits
from market.formats.faults import Fault
from market.models import PriceObservation, Security
from market.models.observations import UPLOADED
from market.selectors import sessions
from market.selectors.actions import split_factors
from market.selectors.calendars import FIRST_DAY
from market.services.observations import ingest_observations

LICENCE = "user"
LONGEST_SOURCE = 100


@dataclass(frozen=True, slots=True)
class ConnectReport:
    """What a file of closes brought: new days, corrected days, and those known already.

    `changed_from` is the first day that is priced otherwise now, None when nothing is.
    """

    listing: str
    symbol: str
    source: str
    added: int
    corrected: int
    known: int
    first: date
    last: date
    changed_from: date | None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, dates as ISO text."""
        answer = asdict(self)
        for name in ("first", "last", "changed_from"):
            answer[name] = answer[name] and str(answer[name])
        return answer


def connect_prices(
    security: Security,
    content: bytes,
    filename: str,
    by: User | None,
    *,
    limits: Limits | None = None,
    accept_jumps: bool = False,
) -> ConnectReport:
    """Store the closes of a CSV file as observations, all or none; `by` None is the shell.

    A day whose newest upload says the same is known already, so the same file again adds
    nothing. Another value for a day is a correction: a later observation beside the first.

    Raises PermissionDenied below MANAGER, PriceSourceTaken when the listing has another source,
    ClosesRefused with every mistake of the file.
    """
    if by is not None:
        require(by, Permission.MANAGE_PORTFOLIOS)
    with as_service("connect prices to a listing"):
        # One upload at a time; packs that price the listing are not held up.
        listing = Security.objects.select_for_update(no_key=True).get(pk=security.pk)
        _require_free(listing)
        stored = newest_brought(listing.pk, listing.quoted_in)
        closes = _read(listing, content, stored, limits, accept_jumps=accept_jumps)
        new = [close for close in closes if stored.get(close.day) != close.close]
        source = source_named(filename)
        ingest_observations(_quotes(listing, new, source, timezone.now()))
        Security.objects.filter(pk=listing.pk).update(price_source=UPLOADED)
        corrected = sum(close.day in stored for close in new)
        report = ConnectReport(
            listing=listing.key,
            symbol=listing.symbol,
            source=source,
            added=len(new) - corrected,
            corrected=corrected,
            known=len(closes) - len(new),
            first=closes[0].day,
            last=closes[-1].day,
            changed_from=new[0].day if new else None,
        )
        _note(report, listing, content, by)
    return report


def newest_brought(security_id: UUID, unit: str) -> dict[date, Decimal]:
    """The close that the newest upload gives for each day, of those in this unit."""
    seen = PriceObservation.objects.brought().filter(security=security_id, currency=unit)
    return dict(seen.order_by("available_at", "pk").values_list("observed_on", "close"))


def source_named(filename: str) -> str:
    """How observations name the file they came in, in what a column and a line can hold."""
    name = "".join(letter for letter in filename if letter.isprintable()).strip()
    return f"{UPLOADED}: {name or 'closes.csv'}"[:LONGEST_SOURCE]


def _require_free(listing: Security) -> None:
    if listing.price_source not in ("", UPLOADED):
        raise PriceSourceTaken(
            f"{listing.symbol} is priced by {listing.price_source}.",
            details={"listing": listing.key, "price_source": listing.price_source},
        )


def _read(
    listing: Security,
    content: bytes,
    stored: Mapping[date, Decimal],
    limits: Limits | None,
    *,
    accept_jumps: bool,
) -> Sequence[Close]:
    today = timezone.now().date()
    parsed = parse_closes(content, currency=listing.quoted_in, today=today, limits=limits)
    faults = [*parsed.faults, *_without_session(listing.exchange, parsed.closes)]
    if not accept_jumps:
        shares = split_factors(listing.pk).factor
        faults += jumps(parsed.closes, stored, listing.quoted_in, shares)
    if faults:
        faults.sort(key=lambda fault: fault.row or 0)
        raise ClosesRefused([fault.as_dict() for fault in faults])
    return parsed.closes


def _without_session(exchange: str, closes: Sequence[Close]) -> list[Fault]:
    """An exchange whose calendar nobody knows may be open on any day."""
    if not closes:
        return []
    try:
        opened = sessions(exchange, FIRST_DAY, max(closes[-1].day, FIRST_DAY))
    except DateRangeInvalid as error:
        if error.details.get("reason") != "exchange_unknown":
            raise
        return []
    return closed_days(closes, opened, exchange)


def _quotes(
    listing: Security, closes: Sequence[Close], source: str, available_at: datetime
) -> list[PriceQuote]:
    return [
        PriceQuote(
            symbol=listing.symbol,
            exchange=listing.exchange,
            price_basis=listing.price_basis,
            observed_on=close.day,
            close=close.close,
            currency=listing.quoted_in,
            source=source,
            licence_class=LICENCE,
            available_at=available_at,
        )
        for close in closes
    ]


def _note(report: ConnectReport, listing: Security, content: bytes, by: User | None) -> None:
    record(
        action="market.prices.connect",
        by=by,
        resource_type="security",
        resource_id=str(listing.pk),
        details=report.as_dict() | {"file_hash": hashlib.sha256(content).hexdigest()},
    )
