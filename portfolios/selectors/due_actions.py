"""Corporate actions that fall due within days, over many portfolios in one query.

The inbox of a portfolio books its ledger to propose an action; this asks its lots alone, which is
enough to know where to look. What is dismissed or in the ledger already is not due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from portfolios.models import ActionDecision
from portfolios.selectors.actions import BOOKED_AS, PAYS, URGENT_DAYS

DUE = """
    WITH booked_as AS (
        SELECT * FROM unnest(%(types)s::text[], %(entries)s::text[]) AS b(action_type, entry_type)
    ), due AS (
        SELECT action.*,
            CASE WHEN action.ex_date >= %(today)s THEN action.ex_date
                ELSE coalesce(action.pay_date, action.ex_date) END AS next_day
        FROM market_corporateaction action
        WHERE action.superseded_by_id IS NULL
            AND (action.ex_date BETWEEN %(today)s AND %(until)s
                OR action.pay_date BETWEEN %(today)s AND %(until)s)
    )
    SELECT DISTINCT lot.portfolio_id, due.id, security.symbol, due.action_type, due.next_day
    FROM due
    JOIN market_security security ON security.id = due.security_id
    JOIN portfolios_lot lot ON lot.security_id = due.security_id
        AND lot.portfolio_id = ANY(%(portfolios)s)
        AND NOT lot.is_short AND lot.acquisition_date < due.ex_date
        AND (lot.closed_date IS NULL OR lot.closed_date >= due.ex_date)
    WHERE due.next_day BETWEEN %(today)s AND %(until)s
        AND NOT EXISTS (
            SELECT FROM portfolios_actiondecision decision
            WHERE decision.portfolio_id = lot.portfolio_id
                AND decision.corporate_action_id = due.id AND decision.state = %(dismissed)s
        )
        AND NOT EXISTS (
            SELECT FROM portfolios_transaction entry
            JOIN booked_as ON booked_as.entry_type = entry.entry_type
                AND booked_as.action_type = due.action_type
            WHERE entry.portfolio_id = lot.portfolio_id AND entry.security_id = due.security_id
                AND (due.ex_date IN (entry.ex_date, entry.transaction_date)
                    OR due.action_type = ANY(%(pays)s)
                    AND due.pay_date IN (entry.ex_date, entry.transaction_date))
                AND NOT EXISTS (
                    SELECT FROM portfolios_transaction undone WHERE undone.reverses_id = entry.id
                )
        )
    ORDER BY due.next_day, security.symbol, due.id
"""


@dataclass(frozen=True, slots=True)
class DueAction:
    """An action that a portfolio should look at by `day`: its ex-date, behind that its payment."""

    portfolio_id: UUID
    action_id: UUID
    symbol: str
    action_type: str
    day: date


def due_actions(portfolio_ids: Iterable[UUID], *, today: date) -> list[DueAction]:
    """The nearest first; as many days ahead as the inbox calls urgent."""
    asked = list(portfolio_ids)
    if not asked:
        return []
    kinds = [(str(action), entry) for action, its in BOOKED_AS.items() for entry in its]
    values: dict[str, Any] = {
        "portfolios": asked,
        "today": today,
        "until": date.fromordinal(today.toordinal() + URGENT_DAYS),
        "dismissed": ActionDecision.State.DISMISSED.value,
        "types": [action for action, _ in kinds],
        "entries": [entry for _, entry in kinds],
        "pays": [str(kind) for kind in PAYS],
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, values)
        return [DueAction(*row) for row in cursor.fetchall()]
