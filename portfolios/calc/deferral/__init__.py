"""When a loss counts: US wash sales and Canadian superficial losses, beside the book."""

from portfolios.calc.deferral.overlay import defer_losses
from portfolios.calc.deferral.records import (
    Circumstances,
    Deferrals,
    DeferredClosure,
    DeferredLot,
    Holder,
    LossRule,
    OutsidePurchase,
    SaleCount,
    Slice,
)

__all__ = [
    "Circumstances",
    "Deferrals",
    "DeferredClosure",
    "DeferredLot",
    "Holder",
    "LossRule",
    "OutsidePurchase",
    "SaleCount",
    "Slice",
    "defer_losses",
]
