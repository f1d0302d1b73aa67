"""Verbs of the market: take in observations, build packs, seal, supersede, say how far they are."""

from market.services.backfill import BackfillReport, backfill_packs
from market.services.freshness import mark_error, mark_fresh, mark_warming
from market.services.listings import register_benchmark, register_securities
from market.services.observations import IngestReport, fetch_observations, ingest_observations
from market.services.packs import build_pack, seal_pack, supersede_pack

__all__ = [
    "BackfillReport",
    "IngestReport",
    "backfill_packs",
    "build_pack",
    "fetch_observations",
    "ingest_observations",
    "mark_error",
    "mark_fresh",
    "mark_warming",
    "register_benchmark",
    "register_securities",
    "seal_pack",
    "supersede_pack",
]
