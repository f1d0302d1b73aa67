"""Booking a ledger: `book` turns entries into lots, closures, positions, cash and a journal."""

from portfolios.calc.booking.distributions import (
    ReturnedCapital,
    child_cost_share,
    part_of_cost,
    return_of_capital_on,
)
from portfolios.calc.booking.ledger import book
from portfolios.calc.booking.mergers import MergedLot, qualifying_merger
from portfolios.calc.booking.payouts import (
    Drip,
    ForeignDividend,
    PerShare,
    drip_amounts,
    foreign_dividend,
)
from portfolios.calc.booking.ratios import scaled
from portfolios.calc.booking.results import RealizedSplit, realized_split

__all__ = [
    "Drip",
    "ForeignDividend",
    "MergedLot",
    "PerShare",
    "RealizedSplit",
    "ReturnedCapital",
    "book",
    "child_cost_share",
    "drip_amounts",
    "foreign_dividend",
    "part_of_cost",
    "qualifying_merger",
    "realized_split",
    "return_of_capital_on",
    "scaled",
]
