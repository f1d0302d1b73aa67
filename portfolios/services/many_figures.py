"""The figures of many portfolios at a pack, and the effects of their currencies, as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.db import connection

from portfolios.calc.bulk.figures import REASONS, Figure
from portfolios.calc.bulk.steps import Integers
from portfolios.models.metrics import FIGURES
from portfolios.selectors.copied import array_of
from portfolios.services.many_columns import Column, staged

METHOD_VERSION = "1.0.0"

STORE = f"""
INSERT INTO portfolios_portfoliometrics
       (portfolio_id, asof_date, pack_id, {", ".join(FIGURES)}, observations, reasons,
        method_version, ledger_commit_hash)
SELECT p.id, %(day)s, %(pack)s, {", ".join(f"nullif(f.{name}, 'NaN')" for name in FIGURES)},
       f.observations, r.reasons::jsonb, %(version)s, p.head
  FROM many_figure f
  JOIN unnest(%(ids)s::uuid[], %(heads)s::text[]) WITH ORDINALITY p(id, head, place)
       ON p.place = f.portfolio
  JOIN unnest(%(reasons)s::text[]) WITH ORDINALITY r(reasons, place) ON r.place = f.why
ON CONFLICT (portfolio_id, asof_date, pack_id) DO UPDATE
   SET {", ".join(f"{name} = excluded.{name}" for name in (*FIGURES, "observations", "reasons"))},
       method_version = excluded.method_version, ledger_commit_hash = excluded.ledger_commit_hash
"""  # noqa: S608 - names of columns, from the model
FORGET = """
DELETE FROM portfolios_currencyattribution
 WHERE portfolio_id = ANY (%s::uuid[]) AND asof_date = %s AND pack_id = %s
"""
STORE_EFFECTS = """
INSERT INTO portfolios_currencyattribution
       (portfolio_id, asof_date, pack_id, currency, local_effect, fx_effect, interaction_effect,
        error_bps)
SELECT p.id, %(day)s, %(pack)s, c.code, e.local, e.fx, e.interaction, e.error
  FROM many_effect e
  JOIN unnest(%(ids)s::uuid[]) WITH ORDINALITY p(id, place) ON p.place = e.portfolio
  JOIN unnest(%(codes)s::text[]) WITH ORDINALITY c(code, place) ON c.place = e.currency
"""


@dataclass(frozen=True, slots=True, eq=False)
class EffectColumns:
    """One element a currency of a portfolio: places of both, and the effects."""

    portfolio: Integers
    currency: Integers
    local: Column
    fx: Column
    interaction: Column
    error: Column


@dataclass(frozen=True, slots=True)
class Close:
    """A day, its pack, and the portfolios that are measured at it with their ledger heads."""

    day: date
    pack_id: str
    ids: Sequence[UUID]
    heads: Sequence[str]


def store_figures(close: Close, figures: Mapping[str, Figure], observations: Integers) -> None:
    """Write a row for each portfolio, in place of what was known at this pack."""
    codes = np.column_stack([figures[name].reasons for name in FIGURES]).astype(np.int8)
    kinds, why = np.unique(codes, axis=0, return_inverse=True)
    columns: dict[str, Column] = {
        "portfolio": np.arange(1, len(close.ids) + 1, dtype=np.int32),
        **{name: figures[name].values for name in FIGURES},
        "observations": observations.astype(np.int32),
        "why": (why.ravel() + 1).astype(np.int32),
    }
    reasons = [
        json.dumps({name: REASONS[code] for name, code in zip(FIGURES, kind, strict=True) if code})
        for kind in kinds.tolist()
    ]
    with staged("many_figure", columns), connection.cursor() as cursor:
        cursor.execute(
            STORE,
            {
                "day": close.day,
                "pack": close.pack_id,
                "version": METHOD_VERSION,
                "ids": array_of(close.ids),
                "heads": array_of(close.heads),
                "reasons": reasons,
            },
        )


def store_effects(close: Close, codes: Sequence[str], effects: EffectColumns) -> None:
    """Write what each currency gave, in place of what was known at this pack. The figures of the
    portfolios must stand already."""
    columns: dict[str, Column] = {
        "portfolio": (effects.portfolio + 1).astype(np.int32),
        "currency": (effects.currency + 1).astype(np.int32),
        "local": effects.local,
        "fx": effects.fx,
        "interaction": effects.interaction,
        "error": effects.error,
    }
    with staged("many_effect", columns), connection.cursor() as cursor:
        cursor.execute(FORGET, [array_of(close.ids), close.day, close.pack_id])
        cursor.execute(
            STORE_EFFECTS,
            {
                "day": close.day,
                "pack": close.pack_id,
                "ids": array_of(close.ids),
                "codes": list(codes),
            },
        )
