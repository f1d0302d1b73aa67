"""The frozen circumstances of a run: who asks, and on which facts the answer stands."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from patterns.deadline import Deadline

# What determines a result. The user, the correlation id and the clock never do.
INGREDIENTS: Final = (
    "pack_hash",
    "history_hash",
    "ledger_commit_hash",
    "settings_hash",
    "asof_date",
    "base_currency",
    "portfolio_id",
)

# What `{{ctx.name}}` may read. A field that is no ingredient would make one run hash stand for
# two different results. The pack's id may be read because the pack's hash stands for it.
REFERABLE: Final = frozenset({*INGREDIENTS, "pricing_pack_id"})


@dataclass(frozen=True, kw_only=True)
class Context:
    user_id: int | None = None
    portfolio_id: UUID | None = None
    pricing_pack_id: str | None = None
    pack_hash: str | None = None
    history_hash: str | None = None  # lineage of all live packs up to the as-of date
    market_head: int | None = None  # the seal number at which the lineage is read
    ledger_commit_hash: str | None = None
    ledger_seq: int | None = None
    settings_hash: str | None = None
    asof_date: date | None = None
    base_currency: str | None = None
    benchmark_id: UUID | None = None  # what is compared with; the settings hash stands for it
    correlation_id: str
    pack_state: str | None = None
    deadline: Deadline = field(default_factory=Deadline, compare=False, repr=False)

    def fingerprint(self) -> dict[str, Any]:
        """The ingredients that determine a result, and nothing else."""
        return {name: getattr(self, name) for name in INGREDIENTS}
