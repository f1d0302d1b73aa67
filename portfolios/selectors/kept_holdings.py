"""What many ledgers hold, from the rows that are kept of it, for as long as these hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from portfolios.calc.bulk.steps import Integers
from portfolios.selectors.copied import BYTES, array_of, copied, elements
from portfolios.selectors.many_ledgers import ORDINAL_2000, ManyLedgers, listings, many_ledgers

# What a row says, as one number. Each stands in the order in which it was written.
DIGEST = (
    "hash_record_extended(ROW(k.portfolio_id, k.ledger_commit_hash, k.began_on, k.settled_on,"
    " k.securities, k.shares, k.currencies, k.money), 0)"
)
KEPT = f"""
SELECT u.place::int4 - 1, k.began_on, cardinality(k.securities)::int4,
       cardinality(k.currencies)::int4, array_send(k.securities), array_send(k.shares),
       array_send(k.currencies), array_send(k.money)
  FROM unnest(%(ids)s::uuid[], %(heads)s::text[]) WITH ORDINALITY u(id, head, place)
  JOIN portfolios_ledgerholdings k ON k.portfolio_id = u.id AND k.ledger_commit_hash = u.head
 WHERE k.portfolio_id = ANY (%(ids)s::uuid[]) AND k.settled_on <= %(until)s AND k.digest = {DIGEST}
"""  # noqa: S608 - a part of our own
KINDS = {
    "place": ">i4",
    "began": ">i4",
    "positions": ">i4",
    "purses": ">i4",
    "securities": BYTES,
    "shares": BYTES,
    "currencies": BYTES,
    "money": BYTES,
}


@dataclass(frozen=True, slots=True, eq=False)
class KeptHoldings:
    """place: who has such a row, by place among those asked; began: its first day, counted as
    PostgreSQL does. Then each position and each purse, with the place of its owner: shares in
    1e-8, money in 1e-4, securities by the sixteen bytes of their ids."""

    place: Integers
    began: Integers
    owner: Integers
    security: npt.NDArray[Any]
    shares: Integers
    purse_owner: Integers
    currency: npt.NDArray[Any]
    money: Integers


def kept_holdings(ids: Sequence[UUID], heads: Sequence[str], until: date) -> KeptHoldings:
    """Of the ledgers whose head is still this one and that had been settled by a day."""
    rows = copied(KEPT, {"ids": array_of(ids), "heads": array_of(heads), "until": until}, KINDS)
    place, positions, purses = rows["place"], rows["positions"], rows["purses"]
    return KeptHoldings(
        place,
        rows["began"],
        np.repeat(place, positions),
        elements(rows["securities"], positions, "S16"),
        elements(rows["shares"], positions, ">i8"),
        np.repeat(place, purses),
        elements(rows["currencies"], purses, "S3"),
        elements(rows["money"], purses, ">i8"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class KnownLedgers:
    """ledgers: all that were asked for; read: those of them that were read from their entries, by
    places of their own."""

    ledgers: ManyLedgers
    read: ManyLedgers


def known_ledgers(ids: Sequence[UUID], heads: Sequence[str], until: date) -> KnownLedgers:
    """The ledgers as `many_ledgers` gives them, for closes from a day on: of what had been settled
    by then, only what it left, as if it had moved on the first day. heads: where they stand."""
    kept = kept_holdings(ids, heads, until)
    known = np.zeros(len(ids), dtype=bool)
    known[kept.place] = True
    others = np.flatnonzero(~known)
    listed = listings()
    read = many_ledgers([ids[at] for at in others.tolist()], flows_after=until, listed=listed)
    return KnownLedgers(_joined(ids, kept, others, read, listed), read)


def _joined(
    ids: Sequence[UUID],
    kept: KeptHoldings,
    others: Integers,
    read: ManyLedgers,
    listed: Sequence[UUID],
) -> ManyLedgers:
    began = np.zeros(len(ids), dtype=np.int64)
    began[others], began[kept.place] = read.began, kept.began + ORDINAL_2000
    odd = np.zeros(len(ids), dtype=bool)
    odd[others] = read.odd
    securities, theirs, ours = _numbered(read, kept.security, listed)
    positions, purses = len(kept.owner), len(kept.purse_owner)
    owner = np.concatenate((kept.owner, kept.purse_owner))
    no_shares, no_money = np.zeros(purses, dtype=np.int64), np.zeros(positions, dtype=np.int64)
    return ManyLedgers(
        tuple(ids),
        securities,
        np.concatenate((owner, others[read.owner])),
        np.concatenate((ours, np.full(purses, -1), theirs)),
        np.concatenate((np.full(positions, b"---"), kept.currency, read.currency)),
        np.concatenate((began[owner], read.on_day)),
        np.concatenate((began[owner], read.due_from)),
        np.concatenate((kept.shares, no_shares, read.shares)),
        np.concatenate((no_money, kept.money, read.money)),
        np.concatenate((np.zeros(len(owner), dtype=bool), read.is_exchange)),
        began,
        odd,
        tuple(flow._replace(place=int(others[flow.place])) for flow in read.flows),
    )


def _numbered(
    read: ManyLedgers, kept: npt.NDArray[Any], listed: Sequence[UUID]
) -> tuple[tuple[UUID, ...], Integers, Integers]:
    """The securities of both, and the numbers of those that were read and of those kept."""
    keys = np.array([key.bytes for key in listed], dtype="S16")
    place = np.searchsorted(keys, kept)
    used = np.bincount(place, minlength=len(listed)) > 0
    number = {key: at for at, key in enumerate(listed)}
    named = np.array([number[key] for key in read.securities], dtype=np.int64)
    used[named] = True
    numbers = np.cumsum(used) - 1
    theirs = np.append(numbers[named], -1)[read.security]
    return tuple(key for key, one in zip(listed, used, strict=True) if one), theirs, numbers[place]
