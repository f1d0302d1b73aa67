"""Verbs of the market: take in observations, build packs, seal, supersede, say how far they are."""

from market.services.actions import ActionsReport, record_actions
from market.services.backfill import BackfillReport, backfill_packs
from market.services.connecting import ConnectReport, connect_prices
from market.services.freshness import mark_all_fresh, mark_error, mark_fresh, mark_warming
from market.services.listings import register_benchmark, register_securities
from market.services.observations import IngestReport, fetch_observations, ingest_observations
from market.services.packs import build_pack, seal_pack, supersede_pack
from market.services.restating import RestatementReport, restate_packs

__all__ = [
    "ActionsReport",
    "BackfillReport",
    "ConnectReport",
    "IngestReport",
    "RestatementReport",
    "backfill_packs",
    "build_pack",
    "connect_prices",
    "fetch_observations",
    "ingest_observations",
    "mark_all_fresh",
    "mark_error",
    "mark_fresh",
    "mark_warming",
    "record_actions",
    "register_benchmark",
    "register_securities",
    "restate_packs",
    "seal_pack",
    "supersede_pack",
]
