"""Which corporate actions are known of listings, and the factor that splits put beside prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from market.models import CorporateAction

RATIOS = (CorporateAction.Type.SPLIT, CorporateAction.Type.REVERSE_SPLIT)


def live_actions(
    security_ids: Iterable[UUID], *, upto: date | None = None
) -> list[CorporateAction]:
    """Facts that nothing has superseded, by ex-date; `upto` leaves later ex-dates out."""
    found = CorporateAction.objects.filter(
        security__in=set(security_ids), superseded_by__isnull=True
    ).select_related("security", "to_security")
    if upto is not None:
        found = found.filter(ex_date__lte=upto)
    return list(found.order_by("ex_date", "security__symbol", "action_type"))


def live_action(action_id: UUID) -> CorporateAction | None:
    """The fact of that id unless a later one superseded it."""
    found = CorporateAction.objects.filter(pk=action_id, superseded_by__isnull=True)
    return found.select_related("security", "to_security").first()


@dataclass(frozen=True, slots=True)
class SplitFactors:
    """Splits of a listing by ex-date. Prices stay raw; the factor says how they compare."""

    splits: tuple[tuple[date, Decimal], ...]

    def factor(self, day: date) -> Decimal:
        """How many of today's shares one share of `day` has become. A split counts from its
        ex-date on, so the close of that day is in new shares already."""
        factor = Decimal(1)
        for ex_date, ratio in self.splits:
            if ex_date > day:
                factor *= ratio
        return factor


def split_factors(security_id: UUID) -> SplitFactors:
    """Every split known of a listing."""
    known = CorporateAction.objects.filter(
        security=security_id, superseded_by__isnull=True, action_type__in=RATIOS
    )
    return SplitFactors(
        tuple(
            (split.ex_date, split.new_shares / split.old_shares)
            for split in known.order_by("ex_date")
            if split.new_shares and split.old_shares
        )
    )
