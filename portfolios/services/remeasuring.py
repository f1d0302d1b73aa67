"""The night's figures once more, where a restatement moved what they follow from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from market.models import PricingPack
from portfolios.models import PortfolioMetrics
from portfolios.selectors.market_tables import PackDay
from portfolios.services.many_histories import measure_left

# A night's worth of them takes a tenth of a second; whoever corrects last week waits for it.
AT_ONCE = 60


def measure_again(
    policy: str, first: date, holders: Sequence[UUID], everyone: Sequence[UUID]
) -> int:
    """Figures at each close from `first` on that had some: of everyone where the pack is a new
    one, of the holders where only what came before it is. Returns how many closes.

    Rows of superseded packs stay. Of the live ones only the newest 60 closes are done; further
    back the holders' rows, which follow from values that are no more, are removed.
    """
    known = PortfolioMetrics.objects.filter(portfolio__in=everyone, asof_date__gte=first)
    days = sorted(set(known.values_list("asof_date", flat=True)))
    live = PricingPack.objects.of_policy(policy).live().filter(asof_date__in=days)
    packs = dict(live.values_list("asof_date", "pk"))
    late = days[-AT_ONCE:]
    known.filter(
        portfolio__in=holders, pack__in=packs.values(), asof_date__in=days[:-AT_ONCE]
    ).delete()
    restated = set(days) - set(
        known.filter(pack__in=packs.values()).values_list("asof_date", flat=True)
    )
    # The oldest first: each leaves the monthly copies where the next one goes on.
    for day in late:
        measure_left(everyone if day in restated else holders, PackDay(day, packs[day]))
    return len(late)
