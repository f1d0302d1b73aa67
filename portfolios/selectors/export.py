"""A ledger as the fields that files write, row by row, and what a document says before them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Max

from market.models import Security
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.ledger import ledger_rows

COPIED = (
    "settlement_date ex_date pay_date account quantity price gross_amount fees taxes net_amount "
    "currency fx_rate to_amount to_currency new_shares old_shares cost_basis cash_account "
    "to_account security_currency gross_amount_security settlement_fx_rate to_price "
    "cost_fraction treatment jurisdiction lot_picks carried_lots lot_label holding_start link_id "
    "narration external_id estimated_reason"
).split()
POLICY = ("cost_method", "lot_scope", "fees_in_cost", "taxes_in_cost", "flow_timing")
FLAGS = ("cash_tracked", "allow_short")
CHUNK = 2000


def exported_rows(portfolio: Portfolio) -> Iterator[dict[str, Any]]:
    """Every entry in order, reversed ones and their reversals included, by column."""
    for row in ledger_rows(portfolio.pk).iterator(chunk_size=CHUNK):
        yield _fields(row)


def document_head(portfolio: Portfolio) -> dict[str, Any]:
    """The ledger document without its transactions: the portfolio's own policy, its securities."""
    newest = Transaction.objects.filter(portfolio=portfolio).aggregate(Max("transaction_date"))
    asof = newest["transaction_date__max"] or portfolio.created_at.date()
    return {
        "base_currency": portfolio.base_currency,
        "asof": asof.isoformat(),
        "policy": {name: getattr(portfolio, name) for name in (*POLICY, *FLAGS)},
        "instruments": [_instrument(security) for security in ledger_securities(portfolio)],
    }


def ledger_securities(portfolio: Portfolio) -> list[Security]:
    """Every security that the ledger names, by symbol."""
    rows = Transaction.objects.filter(portfolio=portfolio)
    ids = set(rows.values_list("security_id", flat=True))
    ids |= set(rows.values_list("to_security_id", flat=True))
    found = Security.objects.filter(pk__in=ids - {None})
    return list(found.order_by("symbol", "exchange", "price_basis"))


def _instrument(security: Security) -> dict[str, str]:
    said = {
        "symbol": security.symbol,
        "currency": security.currency,
        "name": security.name,
        "exchange": security.exchange,
        "isin": security.isin,
    }
    return {name: text for name, text in said.items() if text}


def _fields(row: Transaction) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "seq": row.seq,
        "date": row.transaction_date,
        "type": row.entry_type,
        "reverses": row.reverses.seq if row.reverses is not None else None,
    }
    if row.security is not None:
        fields |= {"symbol": row.security.symbol, "exchange": row.security.exchange}
        fields["isin"] = row.security.isin
    if row.to_security is not None:
        fields |= {"to_symbol": row.to_security.symbol, "to_exchange": row.to_security.exchange}
    fields.update((name, getattr(row, name)) for name in COPIED)
    return fields
