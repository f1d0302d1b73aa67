"""What can go wrong in portfolios.

DawsError
└── PortfolioError
    └── UnsupportedCostMethod   the portfolio's cost method has no disposal order yet
"""

from patterns.exceptions import DawsError


class PortfolioError(DawsError):
    """Root of this app's family."""


class UnsupportedCostMethod(PortfolioError):
    """Booking was asked for a cost method that it cannot follow."""

    code = "BUSINESS_4005"
    http_status = 422
    suggestion = "Choose FIFO, LIFO or HIFO in the portfolio's settings."

    def __init__(self, cost_method: str) -> None:
        super().__init__(
            f"The cost method {cost_method} is not supported.",
            details={"cost_method": cost_method},
        )
