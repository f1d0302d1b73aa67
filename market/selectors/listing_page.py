"""What the page of a listing shows: what it is, where its prices come from, the newest of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Max, Min

from market.models import CorporateAction, PriceObservation, Security
from market.models.observations import UPLOADED
from market.selectors.actions import live_actions, split_factors
from market.selectors.pages import digits
from market.selectors.securities import security_by_id
from patterns.canonical import decimal_text

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One close as its source gave it, when it was known here, and how many of today's shares a
    share of its day has become: the price stays raw."""

    observed_on: date
    close: str
    currency: str
    source: str
    available_at: datetime
    factor: str


@dataclass(frozen=True, slots=True)
class ListingPage:
    """`days` counts days with an observation; `takes_uploads` when no other source is connected."""

    security: Security
    takes_uploads: bool
    days: int
    first: date | None
    last: date | None
    newest: tuple[ObservationRow, ...]
    actions: tuple[CorporateAction, ...]


def listing_page(security_id: UUID) -> ListingPage:
    """The listing of that id. Raises SecurityNotFound."""
    security = security_by_id(security_id)
    seen = PriceObservation.objects.filter(security=security).from_own_source()
    span = seen.aggregate(first=Min("observed_on"), last=Max("observed_on"))
    factors = split_factors(security.pk)
    newest = seen.order_by("-observed_on", "-available_at")[:SHOWN]
    return ListingPage(
        security=security,
        takes_uploads=security.price_source in ("", UPLOADED),
        days=seen.order_by().values("observed_on").distinct().count(),
        first=span["first"],
        last=span["last"],
        newest=tuple(
            ObservationRow(
                row.observed_on,
                digits(row.close),
                row.currency,
                row.source,
                row.available_at,
                decimal_text(factors.factor(row.observed_on)),
            )
            for row in newest
        ),
        actions=tuple(reversed(live_actions([security.pk])[-SHOWN:])),
    )
