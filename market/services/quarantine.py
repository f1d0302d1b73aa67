"""What a person decides about an observation that was doubted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import record
from market.calc.quotes import PriceQuote, RateQuote
from market.exceptions import QuarantineNotFound, QuarantineRefused
from market.models import Quarantine
from market.services.observations import ingest_observations

LONGEST_NOTE = 500


def accept_observation(item_id: int, reason: str, by: User) -> Quarantine:
    """Make an observation of it, known from now on: packs that are sealed stay as they are, and
    are restated by whoever wants that.

    Raises PermissionDenied below MANAGER, QuarantineNotFound, and QuarantineRefused without a
    reason, for what is decided already and for what can be no price.
    """
    with as_service("accept a doubted observation"):
        item = _held(item_id, reason, by)
        if not item.can_be_accepted:
            raise QuarantineRefused(
                f"{item.value} {item.unit} of {item.subject} cannot be a price: {item.message}",
                details={"reason": "not_acceptable", "doubt": item.reason},
            )
        now = timezone.now()
        _observe(item, now)
        return _decide(item, Quarantine.State.ACCEPTED, reason, by, now)


def reject_observation(item_id: int, reason: str, by: User) -> Quarantine:
    """Leave it out for good: the same value is not asked about again. Raises as above."""
    with as_service("reject a doubted observation"):
        item = _held(item_id, reason, by)
        return _decide(item, Quarantine.State.REJECTED, reason, by, timezone.now())


def _held(item_id: int, reason: str, by: User) -> Quarantine:
    """The item, locked: of two who decide at once one is first."""
    require(by, Permission.MANAGE_PORTFOLIOS)
    item = Quarantine.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None:
        raise QuarantineNotFound("There is no such observation in quarantine.")
    if item.state != Quarantine.State.HELD:
        raise QuarantineRefused(
            f"It is {item.get_state_display().lower()} already: {item.note}",
            details={"reason": "decided_already", "state": item.state},
        )
    if not reason.strip() or len(reason.strip()) > LONGEST_NOTE or "\0" in reason:
        raise QuarantineRefused(
            f"Say why, in at most {LONGEST_NOTE} characters.",
            details={"reason": "reason_missing", "field": "reason"},
        )
    return item


def _observe(item: Quarantine, known_from: datetime) -> None:
    if item.kind == Quarantine.Kind.PRICE:
        symbol, exchange, basis = item.subject.rsplit(".", 2)
        close = PriceQuote(
            symbol=symbol,
            exchange=exchange,
            price_basis=basis,
            observed_on=item.observed_on,
            close=Decimal(item.value),
            currency=item.unit,
            source=item.source,
            licence_class=item.licence_class,
            available_at=known_from,
        )
        ingest_observations([close])
        return
    base, quote = item.subject.split("/")
    rate = RateQuote(
        base_currency=base,
        quote_currency=quote,
        observed_on=item.observed_on,
        rate=Decimal(item.value),
        source=item.source,
        fixing=item.fixing,
        licence_class=item.licence_class,
        available_at=known_from,
    )
    ingest_observations([], [rate])


def _decide(
    item: Quarantine, state: Quarantine.State, reason: str, by: User, now: datetime
) -> Quarantine:
    item.state, item.note, item.decided_by, item.decided_at = state, reason.strip(), by, now
    item.save(update_fields=["state", "note", "decided_by", "decided_at"])
    record(
        action=f"market.quarantine.{state}",
        by=by,
        resource_type="quarantine",
        resource_id=item.pk,
        details={
            "subject": item.subject,
            "observed_on": str(item.observed_on),
            "value": item.value,
            "unit": item.unit,
            "source": item.source,
            "doubt": item.reason,
            "reason": item.note,
        },
    )
    return item
