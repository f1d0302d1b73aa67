"""Verbs of the market: take in observations, build packs, seal, supersede, say how far they are."""

from market.services.actions import ActionsReport, record_actions
from market.services.backfill import BackfillReport, backfill_packs
from market.services.connecting import ConnectReport, connect_prices
from market.services.freshness import mark_all_fresh, mark_error, mark_fresh, mark_warming
from market.services.listings import register_benchmark, register_securities
from market.services.observations import IngestReport, ingest_observations
from market.services.packs import build_pack, seal_pack, supersede_pack
from market.services.quarantine import accept_observation, reject_observation
from market.services.receiving import (
    GateReport,
    fetch_observations,
    receive,
    receive_delivery,
)
from market.services.restating import RestatementReport, restate_packs

__all__ = [
    "ActionsReport",
    "BackfillReport",
    "ConnectReport",
    "GateReport",
    "IngestReport",
    "RestatementReport",
    "accept_observation",
    "backfill_packs",
    "build_pack",
    "connect_prices",
    "fetch_observations",
    "ingest_observations",
    "mark_all_fresh",
    "mark_error",
    "mark_fresh",
    "mark_warming",
    "receive",
    "receive_delivery",
    "record_actions",
    "register_benchmark",
    "register_securities",
    "reject_observation",
    "restate_packs",
    "seal_pack",
    "supersede_pack",
]
