"""Loss deferral as an overlay: what the law makes of a book, beside the book (methods §1.8).

Booking says what was earned; a loss rule says when it counts for tax. Realised results and costs
stay as booked, and the tax cost stands beside them, so that an economic figure never moves because
of a purchase that a law looks at. Source: docs/adr/loss-deferral-overlay.md.
"""

from datetime import date

from portfolios.calc.deferral.lines import as_booked, lot_as_booked
from portfolios.calc.deferral.records import Circumstances, Deferrals, LossRule
from portfolios.calc.deferral.superficial import superficial_losses
from portfolios.calc.deferral.wash_sales import wash_sales
from portfolios.calc.lots import Book

ALONE = Circumstances()


def defer_losses(
    book: Book, rule: LossRule | str, asof: date, circumstances: Circumstances = ALONE
) -> Deferrals:
    """A book under a loss rule as of a day: disallowed and recognised by closure, cost by lot.

    book: booked up to `asof`; it is not changed. rule: "US", "CA" or "" (none, all as booked).
    circumstances: identical securities, accounts that are not the taxpayer's own, purchases by
    others. Amounts are in base currency; a closure of unknown result has None and a reason.
    Raises ValueError for another rule.
    """
    match LossRule(rule):
        case LossRule.US:
            return wash_sales(book, asof, circumstances)
        case LossRule.CA:
            return superficial_losses(book, asof, circumstances)
        case LossRule.NONE:
            return Deferrals(
                rule=LossRule.NONE,
                asof=asof,
                closures=tuple(as_booked(closure, None) for closure in book.closures),
                lots=tuple(lot_as_booked(lot) for lot in book.open_lots if not lot.is_short),
            )
