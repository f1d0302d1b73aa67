"""What a dividend comes to: the arithmetic of reinvestment and of depositary receipts.

Pure functions of amounts, for whoever proposes entries or shows how one came about; booking
itself takes what the broker stated. Source: methods §1.5, §1.6.
"""

from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from portfolios.calc.money import quantum, round_money


class Drip(NamedTuple):
    """A dividend that buys shares: what was earned, withheld, bought and left over."""

    gross: Decimal
    withholding: Decimal
    net: Decimal
    quantity: Decimal
    cost: Decimal
    residue: Decimal


class ForeignDividend(NamedTuple):
    """A dividend in its own currency and in base, and what its receivable gained on the way.

    accrued is the net receivable at the ex-date's rate, received the same at the pay date's;
    fee is the depositary's.
    """

    gross: Decimal
    withholding: Decimal
    net: Decimal
    accrued: Decimal
    received: Decimal
    fx_gain: Decimal
    income_base: Decimal
    withholding_base: Decimal
    fee: Decimal
    net_cash: Decimal


class PerShare(NamedTuple):
    """A declared dividend: per share, with the fraction withheld, in a currency."""

    quantity: Decimal
    amount: Decimal
    withholding: Decimal
    currency: str

    def split(self) -> tuple[Decimal, Decimal]:
        """Gross and withholding, each rounded to the paying currency."""
        gross = round_money(self.quantity * self.amount, self.currency)
        return gross, round_money(gross * self.withholding, self.currency)


def drip_amounts(declared: PerShare, price: Decimal, quantity_places: int) -> Drip:
    """Reinvest a dividend at a price: shares are floored to the broker's precision.

    What they cost is posted to the minor unit and never more than the net; the rest is cash.
    """
    gross, withholding = declared.split()
    net = gross - withholding
    quantity = (net / price).quantize(quantum(quantity_places), ROUND_DOWN)
    cost = min(net, round_money(quantity * price, declared.currency))
    return Drip(gross, withholding, net, quantity, cost, net - cost)


def foreign_dividend(
    declared: PerShare,
    fx_ex: Decimal,
    fx_pay: Decimal,
    base_currency: str,
    fee_per_share: Decimal = Decimal(0),
) -> ForeignDividend:
    """Carry a dividend from its ex-date to its pay date; rates are base per 1 of its currency.

    Income and creditable tax use the pay date's rate, the receivable each day's; the difference
    of the two is a currency gain, not income. The depositary's fee is in base and apart.
    """
    gross, withholding = declared.split()
    net = gross - withholding
    accrued = round_money(net * fx_ex, base_currency)
    received = round_money(net * fx_pay, base_currency)
    fee = round_money(declared.quantity * fee_per_share, base_currency)
    return ForeignDividend(
        gross,
        withholding,
        net,
        accrued,
        received,
        received - accrued,
        round_money(gross * fx_pay, base_currency),
        round_money(withholding * fx_pay, base_currency),
        fee,
        received - fee,
    )
