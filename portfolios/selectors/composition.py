"""Of what portfolios consist: their open positions and balances, priced by the pack of the day
that each is shown on. In one query, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

CASH = "Cash"

COMPOSITION = """
    WITH asked AS (
        SELECT * FROM unnest(%(portfolios)s::uuid[], %(packs)s::text[]) AS a(portfolio_id, pack_id)
    )
    SELECT lot.portfolio_id, security.id, security.symbol, security.security_type,
        coalesce(price.currency, security.currency),
        sum(CASE WHEN lot.is_short THEN -lot.quantity_open ELSE lot.quantity_open END)
            * price.close,
        price.asof_date, coalesce(price.state, ''), security.price_source <> ''
    FROM asked
    JOIN portfolios_lot lot ON lot.portfolio_id = asked.portfolio_id AND lot.is_open
    JOIN market_security security ON security.id = lot.security_id
    LEFT JOIN market_price price
        ON price.pack_id = asked.pack_id AND price.security_id = security.id
    GROUP BY lot.portfolio_id, security.id, price.id
    UNION ALL
    SELECT cash.portfolio_id, NULL, cash.currency, 'cash', cash.currency, sum(cash.balance),
        NULL, 'exact', true
    FROM asked JOIN portfolios_cashbalance cash USING (portfolio_id)
    GROUP BY cash.portfolio_id, cash.currency
    ORDER BY 1, 3
"""


class Held(NamedTuple):
    """One line of a portfolio in its own currency; a balance holds what is not yet received too.

    market_value is None without a price; `has_source` says whether anybody could deliver one.
    """

    portfolio_id: UUID
    security_id: UUID | None
    symbol: str
    security_type: str
    currency: str
    market_value: Decimal | None
    price_asof_date: date | None
    price_state: str
    has_source: bool


@dataclass(frozen=True, slots=True)
class Composition:
    """What one portfolio holds now."""

    held: tuple[Held, ...] = ()

    @property
    def unpriced(self) -> tuple[Held, ...]:
        return tuple(it for it in self.held if it.market_value is None)

    @property
    def carried(self) -> tuple[Held, ...]:
        """Priced by an older observation than the pack's day."""
        return tuple(it for it in self.held if it.price_state == "stale")


def compositions(packs: Mapping[UUID, str]) -> dict[UUID, Composition]:
    """By portfolio; `packs` says which pack prices each."""
    if not packs:
        return {}
    asked: dict[str, Any] = {"portfolios": list(packs), "packs": list(packs.values())}
    found: dict[UUID, list[Held]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(COMPOSITION, asked)
        for row in cursor.fetchall():
            found[row[0]].append(Held(*row))
    return {pk: Composition(tuple(rows)) for pk, rows in found.items()}
