"""Who and what the demo shows: users, portfolios, a benchmark and one correction. Data only.

The market data is real; the people and the trades are invented. Ids are derived from names, so
every machine has the same ones; the third portfolio keeps the id that existing clients post.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_DNS, UUID, uuid5

LEDGERS: Final = Path(__file__).resolve().parent
DEMO_FROM: Final = date(2003, 1, 2)
DEMO_ASOF: Final = date(2013, 2, 28)
DEMO_PASSWORD: Final = "real-prices-sample-trades"  # noqa: S105  printed by the command
NAMESPACE: Final = uuid5(NAMESPACE_DNS, "dawsos.example")


def demo_id(kind: str, name: str) -> UUID:
    """The same id on every machine for the demo's thing of that kind and name."""
    return uuid5(NAMESPACE, f"{kind}/{name}")


@dataclass(frozen=True, slots=True)
class DemoUser:
    email: str
    display_name: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoBenchmark:
    """A blend of listings; at each rebalancing those already listed share equally."""

    id: UUID
    name: str
    members: tuple[tuple[str, str], ...]
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoPortfolio:
    """A portfolio, its ledger file, its owner's email and its other members with their role."""

    id: UUID
    name: str
    description: str
    sample_note: str
    base_currency: str
    default_asof_date: date
    ledger: str
    owner: str
    members: tuple[tuple[str, str], ...]
    benchmark: DemoBenchmark | None


@dataclass(frozen=True, slots=True)
class Restatement:
    """A sealed pack that a later revision replaces, and from when the late value was known."""

    pack_id: str
    asof_date: date
    known_at: datetime
    reason: str


ADMIN: Final = DemoUser("admin@dawsos.example", "Ada Admin", "ADMIN")
MANAGER: Final = DemoUser("manager@dawsos.example", "Max Manager", "MANAGER")
OWNER: Final = DemoUser("owner@dawsos.example", "Olive Owner", "USER")
VIEWER: Final = DemoUser("viewer@dawsos.example", "Vic Viewer", "VIEWER")
USERS: Final = (ADMIN, MANAGER, OWNER, VIEWER)

BENCHMARK: Final = DemoBenchmark(
    id=demo_id("benchmark", "Five stocks"),
    name="Five stocks, equal weight",
    members=(
        ("AAPL", "XNAS"),
        ("FB", "XNAS"),
        ("GOOG", "XNAS"),
        ("IBM", "XNYS"),
        ("MSFT", "XNAS"),
    ),
    definition={
        "kind": "blend",
        "weighting": "equal",
        "rebalancing": "quarterly",
        "return_basis": "total_return",
        "membership": "from the first rebalancing after a listing's first close",
    },
)

LEDGER_DEMO: Final = DemoPortfolio(
    id=demo_id("portfolio", "Ledger demo"),
    name="Ledger demo",
    description="Ten years of AAPL, IBM, MSFT, GOOG and FB seen from Canada.",
    sample_note="Sample trades, real prices.",
    base_currency="CAD",
    default_asof_date=DEMO_ASOF,
    ledger="ledger_demo.csv",
    owner=OWNER.email,
    members=((MANAGER.email, "editor"), (VIEWER.email, "viewer")),
    benchmark=BENCHMARK,
)

HOME_BIAS: Final = DemoPortfolio(
    id=UUID("11111111-1111-1111-1111-111111111111"),
    name="Home bias",
    description="AAPL beside two Toronto names, RY and XIU, for which no price source is "
    "connected: they are named and withheld, their dividends too.",
    sample_note="Sample trades, real prices. RY and XIU: no price source connected.",
    base_currency="CAD",
    default_asof_date=DEMO_ASOF,
    ledger="home_bias.csv",
    owner=OWNER.email,
    members=((MANAGER.email, "editor"), (VIEWER.email, "viewer")),
    benchmark=None,
)

PORTFOLIOS: Final = (LEDGER_DEMO, HOME_BIAS)

RESTATEMENT: Final = Restatement(
    pack_id="2013-02-27-ECB-r1",
    asof_date=date(2013, 2, 27),
    known_at=datetime(2013, 2, 28, 15, tzinfo=UTC),
    reason="The close of GOOG for 2013-02-27 arrived on 2013-02-28 at 14:00 UTC; "
    "revision 1 had carried the close of 2013-02-26.",
)
