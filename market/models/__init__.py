"""The tables of the market: listings, observations, pricing packs, benchmarks."""

from market.models.actions import CorporateAction, SecurityAlias
from market.models.benchmark import Benchmark, BenchmarkComponent
from market.models.observations import FxObservation, PriceObservation
from market.models.packs import FxRate, PackFreshness, Price, PricingPack
from market.models.quarantine import Quarantine
from market.models.security import Security

__all__ = [
    "Benchmark",
    "BenchmarkComponent",
    "CorporateAction",
    "FxObservation",
    "FxRate",
    "PackFreshness",
    "Price",
    "PriceObservation",
    "PricingPack",
    "Quarantine",
    "Security",
    "SecurityAlias",
]
