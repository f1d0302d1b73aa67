"""What a reader may ask of a page, one module per subject."""

from portfolios.forms.filters import TransactionsForm
from portfolios.forms.portfolio import AsofForm, PortfolioForm
from portfolios.forms.uploads import ClosesForm

__all__ = [
    "AsofForm",
    "ClosesForm",
    "PortfolioForm",
    "TransactionsForm",
]
