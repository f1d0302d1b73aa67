"""Questions about the market: sessions, packs, their content, their history, their freshness."""

from market.selectors.calendars import closed_weekdays, is_session, sessions
from market.selectors.content import (
    PackGap,
    PackPrice,
    PackRate,
    PackView,
    pack_content,
    pack_contents,
    pack_prices,
    view_of,
)
from market.selectors.health import PackHealth, health_of, pack_health
from market.selectors.history import (
    fx_history,
    head_for,
    history_hash,
    live_packs,
    market_head,
    packs_since,
    price_history,
    rates_as_of,
)
from market.selectors.packs import latest_pack, latest_packs, live_pack, pack_by_id, revisions
from market.selectors.policies import policies, policy_named
from market.selectors.securities import (
    active_securities,
    securities_named,
    security_by_id,
    security_by_key,
    security_ids,
    security_keys,
)
from market.selectors.verification import PackFault, pack_faults

__all__ = [
    "PackFault",
    "PackGap",
    "PackHealth",
    "PackPrice",
    "PackRate",
    "PackView",
    "active_securities",
    "closed_weekdays",
    "fx_history",
    "head_for",
    "health_of",
    "history_hash",
    "is_session",
    "latest_pack",
    "latest_packs",
    "live_pack",
    "live_packs",
    "market_head",
    "pack_by_id",
    "pack_content",
    "pack_contents",
    "pack_faults",
    "pack_health",
    "pack_prices",
    "packs_since",
    "policies",
    "policy_named",
    "price_history",
    "rates_as_of",
    "revisions",
    "securities_named",
    "security_by_id",
    "security_by_key",
    "security_ids",
    "security_keys",
    "sessions",
    "view_of",
]
