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

EFFECTS = {
    "effect_currencies": "c.code",
    "local_effects": "e.local",
    "fx_effects": "e.fx",
    "interaction_effects": "e.interaction",
    "effect_errors_bps": "e.error",
}
SAID = (*FIGURES, "observations", "reasons", *EFFECTS)
NONE_IS_EMPTY = ", ".join(f"coalesce(x.{name}, '{{}}')" for name in EFFECTS)
STORE = f"""
WITH effect AS (
    SELECT e.portfolio, {", ".join(f"array_agg({of}) AS {name}" for name, of in EFFECTS.items())}
      FROM many_effect e
      JOIN unnest(%(codes)s::text[]) WITH ORDINALITY c(code, place) ON c.place = e.currency
     GROUP BY e.portfolio
)
INSERT INTO portfolios_portfoliometrics
       (portfolio_id, asof_date, pack_id, {", ".join(SAID)}, method_version, ledger_commit_hash)
SELECT p.id, %(day)s, %(pack)s, {", ".join(f"nullif(f.{name}, 'NaN')" for name in FIGURES)},
       f.observations, r.reasons::jsonb, {NONE_IS_EMPTY},
       %(version)s, p.head
  FROM many_figure f
  JOIN unnest(%(ids)s::uuid[], %(heads)s::text[]) WITH ORDINALITY p(id, head, place)
       ON p.place = f.portfolio
  JOIN unnest(%(reasons)s::text[]) WITH ORDINALITY r(reasons, place) ON r.place = f.why
  LEFT JOIN effect x ON x.portfolio = f.portfolio
ON CONFLICT (portfolio_id, asof_date, pack_id) DO UPDATE
   SET {", ".join(f"{name} = excluded.{name}" for name in SAID)},
       method_version = excluded.method_version, ledger_commit_hash = excluded.ledger_commit_hash
"""  # noqa: S608 - names of columns, from the model


@dataclass(frozen=True, slots=True, eq=False)
class EffectColumns:
    """One element a currency of a portfolio: places of both, and the effects. codes: the
    currencies by place."""

    codes: Sequence[str]
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


def store_figures(
    close: Close, figures: Mapping[str, Figure], observations: Integers, effects: EffectColumns
) -> None:
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
    with (
        staged("many_figure", columns),
        staged("many_effect", _effect_columns(effects)),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            STORE,
            {
                "day": close.day,
                "pack": close.pack_id,
                "version": METHOD_VERSION,
                "ids": array_of(close.ids),
                "heads": array_of(close.heads),
                "reasons": reasons,
                "codes": list(effects.codes),
            },
        )


def _effect_columns(effects: EffectColumns) -> dict[str, Column]:
    return {
        "portfolio": (effects.portfolio + 1).astype(np.int32),
        "currency": (effects.currency + 1).astype(np.int32),
        "local": effects.local,
        "fx": effects.fx,
        "interaction": effects.interaction,
        "error": effects.error,
    }
