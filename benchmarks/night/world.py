"""A world of many portfolios with a fixed seed, copied into the real schema.

500 securities in 8 currencies, priced in sealed packs of consecutive weekdays. Each portfolio has
50 positions, bought on the first day out of a deposit that was changed into their currencies.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from django.db.models import Field, Model

from market.models import FxRate, PackFreshness, Price, PricingPack, Security
from portfolios.models import CashBalance, Lot, Portfolio, Transaction

CURRENCIES = ("CAD", "CHF", "EUR", "GBP", "JPY", "SEK", "USD", "NOK")
PER_EURO = {
    "CAD": 1.5,
    "CHF": 1.05,
    "GBP": 0.86,
    "JPY": 160.0,
    "SEK": 11.3,
    "USD": 1.1,
    "NOK": 11.6,
}
START = date(2023, 1, 2)
SEED = 11


@dataclass(frozen=True, eq=False)
class World:
    """What was made: portfolios in order of id, the days of the packs, and the plain arrays that a
    baseline computes with."""

    portfolios: list[uuid.UUID]
    bases: np.ndarray
    days: list[date]
    closes: np.ndarray
    rates: np.ndarray
    currency: np.ndarray
    held: np.ndarray
    quantity: np.ndarray


def superuser() -> psycopg.Connection[Any]:
    """A connection that row-level security does not bind: COPY into these tables needs one."""
    params = connection.get_connection_params()
    named = {key: params[key] for key in ("host", "port", "dbname") if params.get(key)}
    return psycopg.connect(**named, user="postgres")


def weekdays(count: int) -> list[date]:
    days = (START + timedelta(days=offset) for offset in range(count * 2))
    return [day for day in days if day.weekday() < 5][:count]


def draw(portfolios: int, days: int, positions: int = 50, stocks: int = 500) -> World:
    """The numbers alone, in memory."""
    rng = np.random.default_rng(SEED)
    currency = rng.integers(0, len(CURRENCIES), stocks)
    closes = np.rint(50e4 * np.exp(np.cumsum(rng.normal(3e-4, 0.015, (days, stocks)), axis=0)))
    start = np.array([PER_EURO.get(code, 1.0) for code in CURRENCIES])
    rates = np.rint(start * np.exp(np.cumsum(rng.normal(0, 0.005, (days, 8)), axis=0)) * 1e6) / 1e6
    rates[:, CURRENCIES.index("EUR")] = 1.0
    held = np.argsort(rng.random((portfolios, stocks)), axis=1)[:, :positions]
    quantity = rng.integers(1, 500, (portfolios, positions))
    bases = rng.integers(0, 8, portfolios)
    ids = sorted(uuid.UUID(bytes=rng.bytes(16), version=4) for _ in range(portfolios))
    return World(
        ids,
        bases,
        weekdays(days),
        closes.T / 1e4,
        rates.T,
        currency,
        np.sort(held, axis=1),
        quantity,
    )


def store(world: World, owner_id: int) -> None:
    """Everything, committed; the last day's pack is sealed like the others."""
    with superuser() as raw:
        keys = _securities(raw, world.currency)
        _packs(raw, world, keys)
        _portfolios(raw, world, owner_id)
        _ledgers(raw, world, keys, owner_id)


def _securities(raw: psycopg.Connection[Any], currency: np.ndarray) -> list[uuid.UUID]:
    keys = [uuid.uuid5(uuid.NAMESPACE_URL, f"bench {number}") for number in range(len(currency))]
    keys.sort()
    rows = (
        {
            "id": key,
            "symbol": f"B{number}",
            "name": f"Security {number}",
            "exchange": "XNYS",
            "currency": CURRENCIES[code],
            "dividend_currency": CURRENCIES[code],
        }
        for number, (key, code) in enumerate(zip(keys, currency.tolist(), strict=True))
    )
    copy(raw, Security, rows)
    return keys


def _packs(raw: psycopg.Connection[Any], world: World, keys: Sequence[uuid.UUID]) -> None:
    ids = [f"{day}-ECB-r1" for day in world.days]
    # Sealing digests every fact; here the seal is all that readers look at.
    raw.execute("SET session_replication_role = replica")
    copy(
        raw,
        PricingPack,
        (
            {
                "id": pack,
                "asof_date": day,
                "policy": "ECB",
                "content_hash": sha256(pack.encode()).hexdigest(),
                "sealed_at": f"{day} 23:00+00",
                "seal_number": number,
                "sources": "[]",
                "gaps": "[]",
            }
            for number, (day, pack) in enumerate(zip(world.days, ids, strict=True), start=1)
        ),
    )
    copy(raw, PackFreshness, ({"pack_id": pack, "state": "fresh"} for pack in ids))
    copy(raw, Price, _prices(world, ids, keys))
    copy(
        raw,
        FxRate,
        (
            {
                "pack_id": pack,
                "base_currency": "EUR",
                "quote_currency": code,
                "rate": f"{world.rates[number, at]:.6f}",
                "asof_date": day,
                "source": "bench",
                "fixing": "bench",
                "state": "exact",
            }
            for at, (day, pack) in enumerate(zip(world.days, ids, strict=True))
            for number, code in enumerate(CURRENCIES)
            if code != "EUR"
        ),
    )
    raw.execute("SELECT setval('market_seal_number', %s)", [len(ids)])
    raw.execute("SET session_replication_role = origin")


def _prices(
    world: World, ids: Sequence[str], keys: Sequence[uuid.UUID]
) -> Iterator[dict[str, object]]:
    codes = [CURRENCIES[code] for code in world.currency.tolist()]
    for at, (day, pack) in enumerate(zip(world.days, ids, strict=True)):
        for key, code, close in zip(keys, codes, world.closes[:, at].tolist(), strict=True):
            yield {
                "pack_id": pack,
                "security_id": key,
                "close": f"{close:.4f}",
                "currency": code,
                "asof_date": day,
                "source": "bench",
                "state": "exact",
            }


def _portfolios(raw: psycopg.Connection[Any], world: World, owner_id: int) -> None:
    rows = (
        {"id": key, "name": f"P{number}", "base_currency": CURRENCIES[base], "owner_id": owner_id}
        for number, (key, base) in enumerate(
            zip(world.portfolios, world.bases.tolist(), strict=True)
        )
    )
    copy(raw, Portfolio, rows)


@dataclass(slots=True)
class _Written:
    """Rows of one ledger on their way: entries, lots, and what is left of its money."""

    entries: list[dict[str, object]]
    lots: list[dict[str, object]]
    cash: dict[str, Decimal]


def _ledgers(
    raw: psycopg.Connection[Any], world: World, keys: Sequence[uuid.UUID], owner_id: int
) -> None:
    """Hashes have the shape of a chain and are none: nothing here verifies a ledger's chain."""
    in_euro = 1.0 / world.rates[:, 0]
    first = world.days[0]
    pk = 0
    lots: list[dict[str, object]] = []
    purses: list[dict[str, object]] = []

    def entries() -> Iterator[dict[str, object]]:
        nonlocal pk
        for place, portfolio in enumerate(world.portfolios):
            base = CURRENCIES[int(world.bases[place])]
            written = _ledger(world, place, keys, in_euro, base)
            for seq, entry in enumerate(written.entries, start=1):
                pk += 1
                digest = sha256(f"{place}.{seq}".encode()).hexdigest()
                yield entry | {
                    "id": pk,
                    "portfolio_id": portfolio,
                    "seq": seq,
                    "transaction_date": first,
                    "content_hash": digest,
                    "previous_hash": digest,
                    "entry_hash": digest,
                    "source": "bench",
                    "created_by_id": owner_id,
                }
                if entry["entry_type"] == "BUY":
                    lots.append(_lot(entry, portfolio, pk, seq, first))
            purses.extend(
                {"portfolio_id": portfolio, "currency": code, "balance": str(amount)}
                for code, amount in written.cash.items()
                if amount
            )

    copy(raw, Transaction, entries(), with_id=True)
    copy(raw, Lot, lots)
    copy(raw, CashBalance, purses)


def _ledger(
    world: World, place: int, keys: Sequence[uuid.UUID], in_euro: np.ndarray, base: str
) -> _Written:
    cash: dict[str, Decimal] = {base: Decimal(0)}
    buys: list[dict[str, object]] = []
    for security, quantity in zip(
        world.held[place].tolist(), world.quantity[place].tolist(), strict=True
    ):
        code = CURRENCIES[int(world.currency[security])]
        close = Decimal(f"{world.closes[security, 0]:.4f}")
        spent = round(close * quantity, 0 if code == "JPY" else 2)
        cash[code] = cash.get(code, Decimal(0)) - spent
        rate = in_euro[CURRENCIES.index(code)] / in_euro[CURRENCIES.index(base)]
        buys.append(
            {
                "entry_type": "BUY",
                "security_id": keys[security],
                "quantity": quantity,
                "price": str(close),
                "gross_amount": str(spent),
                "net_amount": str(-spent),
                "currency": code,
                "fx_rate": f"{rate:.12f}" if code != base else None,
            }
        )
    changes: list[dict[str, object]] = []
    for code, amount in list(cash.items()):
        if code == base:
            continue
        rate = in_euro[CURRENCIES.index(code)] / in_euro[CURRENCIES.index(base)]
        taken = -amount + 100
        given = round(taken * Decimal(f"{rate:.12f}"), 0 if base == "JPY" else 2)
        cash[code] += taken
        cash[base] -= given
        changes.append(
            {
                "entry_type": "FX_CONVERSION",
                "gross_amount": str(given),
                "net_amount": str(-given),
                "currency": base,
                "to_amount": str(taken),
                "to_currency": code,
            }
        )
    paid_in = Decimal(int(-cash[base]) + 1000)
    cash[base] += paid_in
    deposit: dict[str, object] = {
        "entry_type": "DEPOSIT",
        "gross_amount": str(paid_in),
        "net_amount": str(paid_in),
        "currency": base,
    }
    return _Written([deposit, *changes, *buys], [], cash)


def _lot(
    entry: dict[str, object], portfolio: uuid.UUID, pk: int, seq: int, first: date
) -> dict[str, object]:
    rate = Decimal(str(entry["fx_rate"] or 1))
    cost = Decimal(str(entry["gross_amount"]))
    return {
        "portfolio_id": portfolio,
        "security_id": entry["security_id"],
        "open_entry_id": pk,
        "label": f"{seq}.1",
        "acquisition_date": first,
        "currency": entry["currency"],
        "quantity_original": entry["quantity"],
        "quantity_open": entry["quantity"],
        "cost_basis_local": str(cost),
        "cost_basis": f"{cost * rate:.10f}",
        "fx_rate": str(rate),
        "is_open": "t",
    }


def copy(
    raw: psycopg.Connection[Any],
    model: type[Model],
    rows: Iterable[dict[str, object]],
    *,
    with_id: bool = False,
) -> None:
    """COPY rows of named columns; what a row does not name takes the field's default."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if with_id or not getattr(field, "auto_created", False) or field.column != "id"
    ]
    fields = [field for field in fields if not _left_to_database(field)]
    names = [str(field.column) for field in fields]
    defaults = [_default(field) for field in fields]
    statement = f"COPY {model._meta.db_table} ({', '.join(names)}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            values = (row.get(name, default) for name, default in zip(names, defaults, strict=True))
            line = "\t".join("\\N" if value is None else str(value) for value in values)
            copying.write(f"{line}\n")
    if with_id:
        raw.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM "
            + model._meta.db_table
            + "))",
            [model._meta.db_table],
        )


def _left_to_database(field: Field[Any, Any]) -> bool:
    return bool(getattr(field, "db_default", None) is not None and field.has_db_default())


def _default(field: Field[Any, Any]) -> object:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return "2023-01-01 00:00+00"
    value = field.get_default()
    return {True: "t", False: "f"}.get(value, value) if isinstance(value, bool) else value
